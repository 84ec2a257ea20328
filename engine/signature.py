"""The arguments of a field as Strawberry reads them: from the signature of a resolver that is never called."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import strawberry

NOTHING: Mapping[str, str] = {}


def signature(
    owner: str,
    arguments: Mapping[str, tuple[Any, Any]],
    texts: Mapping[str, str],
    deprecated: Mapping[str, str] = NOTHING,
) -> Callable[..., Any]:
    """A resolver that exists for its signature: Strawberry reads the arguments from it, the engine replaces it."""

    def resolve(root: Any, info: Any, **_: Any) -> Any:
        raise RuntimeError("the engine follows edges and does acts")

    parameters = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info),
    ]
    annotated: Any = Annotated
    if unknown := set(texts) - set(arguments):
        raise TypeError(f"{owner} has no arguments {sorted(unknown)}")
    if silent := set(arguments) - set(texts):
        raise TypeError(f"{owner}: say what its arguments {sorted(silent)} mean")
    for name, (annotation, default) in arguments.items():
        public_name = name.removesuffix("_") if name.endswith("_") else None
        said = strawberry.argument(description=texts[name], name=public_name, deprecation_reason=deprecated.get(name))
        described = annotated[annotation, said]
        parameters.append(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=described)
        )
    resolve.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    resolve.__annotations__ = {p.name: p.annotation for p in parameters if p.annotation is not p.empty}
    return resolve
