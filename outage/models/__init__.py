"""What happened, as rows that are written once."""

from .care_chain import CareChain, CareChainDetails
from .checklist_run import ChecklistTick
from .event import CareChainEvent, DischargeCompletion, OpenItem
from .handover import Handover, HandoverMessage
from .held_form import HeldForm
from .outage import Outage, OutageReport, PrincipalEnd, ReportKind, SupportContact
from .registration import Acknowledgement, RegistrationMark

__all__ = [
    "Acknowledgement",
    "CareChain",
    "CareChainDetails",
    "CareChainEvent",
    "ChecklistTick",
    "DischargeCompletion",
    "Handover",
    "HandoverMessage",
    "HeldForm",
    "OpenItem",
    "Outage",
    "OutageReport",
    "PrincipalEnd",
    "RegistrationMark",
    "ReportKind",
    "SupportContact",
]
