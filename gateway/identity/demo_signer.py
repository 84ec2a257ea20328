"""The demo's signer where OpenSSL has no engine for GOST: `python -m gateway.identity.demo_signer KEY`."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def main() -> None:
    """Sign standard input."""
    key = load_pem_private_key(Path(sys.argv[1]).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SystemExit(1)
    sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read(), ec.ECDSA(hashes.SHA256())))


if __name__ == "__main__":
    main()
