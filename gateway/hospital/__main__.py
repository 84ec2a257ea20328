"""`python -m gateway.hospital`: serves the made-up hospital as long as its parent lives."""

from gateway.attached import arguments, serve
from gateway.hospital.application import application
from gateway.hospital.graph import LAST

parser = arguments("gateway.hospital")
parser.add_argument("--last", type=int, default=LAST, help="the last practitioner of whom it knows")
options = parser.parse_args()
serve(application(last=options.last), options.host, options.port)
