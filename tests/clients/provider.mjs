// A certified provider of OpenID Connect with one client; its people sign in without a password.
import { Provider } from "oidc-provider";

const [, , port, redirect, home] = process.argv;
const people = {
  surgeon: { sub: "surgeon", snils: process.env.SNILS, family_name: process.env.FAMILY, given_name: process.env.GIVEN,
    patronymic: process.env.PATRONYMIC, birthdate: process.env.BORN, assurance: "CONFIRMED" },
  visitor: { sub: "visitor" },
};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "kabinet", client_secret: "a secret that is long enough to be one", redirect_uris: [redirect],
    post_logout_redirect_uris: [home], response_types: ["code"], grant_types: ["authorization_code"],
  }],
  claims: { openid: ["sub", "assurance"], profile: ["family_name", "given_name", "patronymic", "birthdate"], snils: ["snils"] },
  scopes: ["openid", "profile", "snils"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  cookies: { keys: ["only for tests"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => people[id] ?? { sub: id } }),
  conformIdTokenClaims: false,
});
provider.listen(Number(port), "127.0.0.1", () => process.stdout.write("listens\n"));
