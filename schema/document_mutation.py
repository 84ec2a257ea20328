"""What is put in, as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers.document import completing, uploading
from schema.act_inputs import INPUT

if TYPE_CHECKING:
    from schema.document_upload import CompleteUploadPayload, RequestUploadPayload


@shows(Root)
class DocumentActs:
    """Acts of putting files in."""

    request_upload: "RequestUploadPayload | None" = act(
        uploading.request,
        "Announce a file: a ticket is given under which its bytes are sent (начать загрузку файла).",
        permission=P.DOCUMENT_CONTENT_WRITE,
        arguments=INPUT,
    )
    complete_upload: "CompleteUploadPayload | None" = act(
        completing.complete,
        "Put the file in that was sent: it is checked at once, and becomes the content of its document (завершить "
        "загрузку файла).",
        permission=P.DOCUMENT_CONTENT_WRITE,
        arguments=INPUT,
    )
