"""`python -m gateway.portal`: serves the fake portal as long as its parent lives."""

from pathlib import Path

from gateway.attached import arguments, serve
from gateway.portal.application import application
from gateway.portal.folder import Folder

parser = arguments("gateway.portal")
parser.add_argument("--folder", type=Path, required=True, help="where its keys and its people lie")
parser.add_argument("--client", required=True, help="the address of the service that people sign in to")
options = parser.parse_args()
serve(application(Folder(options.folder), options.client), options.host, options.port)
