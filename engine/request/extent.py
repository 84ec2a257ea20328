"""How large a document is once its fragments are written out where they are spread: few words can make it immense."""

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode


def extent(document: DocumentNode) -> int:
    """The number of fields of all operations of a valid document, each fragment counted wherever it is spread."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    known: dict[str, int] = {}

    def spread(name: str) -> int:
        if name not in known:
            known[name] = inside(fragments[name].selection_set)
        return known[name]

    def inside(selections: SelectionSetNode | None) -> int:
        count = 0
        for node in () if selections is None else selections.selections:
            if isinstance(node, FragmentSpreadNode):
                count += spread(node.name.value)
            else:
                below: SelectionSetNode | None = getattr(node, "selection_set", None)
                count += inside(below) + isinstance(node, FieldNode)
        return count

    return sum(
        inside(getattr(one, "selection_set", None))
        for one in document.definitions
        if not isinstance(one, FragmentDefinitionNode)
    )
