"""What happened, as rows that are written once."""

from .call_code import CallCode, Confirmation
from .care_chain import CareChain, CareChainDetails
from .chain_facts import ChainFacts, OtherPlace
from .chain_join import ChainJoin
from .chain_state import ChainState, StateKind
from .checklist_run import ChecklistTick
from .closing import LeftOpen, OutageClosing
from .event import CareChainEvent, DischargeCompletion, OpenItem
from .handover import Handover, HandoverMessage
from .held_form import HeldForm
from .opening import Opening
from .outage import Outage, OutageReport, PrincipalEnd, ReportKind, SupportContact
from .patient_lookup import PatientLookup
from .registration import Acknowledgement, RegistrationMark, TaskTurn
from .report import Lesson, OutageFigures
from .shift import ShiftHandover, ShiftTakeover

__all__ = [
    "Acknowledgement",
    "CallCode",
    "CareChain",
    "CareChainDetails",
    "CareChainEvent",
    "ChainFacts",
    "ChainJoin",
    "ChainState",
    "ChecklistTick",
    "Confirmation",
    "DischargeCompletion",
    "Handover",
    "HandoverMessage",
    "HeldForm",
    "LeftOpen",
    "Lesson",
    "OpenItem",
    "Opening",
    "OtherPlace",
    "Outage",
    "OutageClosing",
    "OutageFigures",
    "OutageReport",
    "PatientLookup",
    "PrincipalEnd",
    "RegistrationMark",
    "ReportKind",
    "ShiftHandover",
    "ShiftTakeover",
    "StateKind",
    "SupportContact",
    "TaskTurn",
]
