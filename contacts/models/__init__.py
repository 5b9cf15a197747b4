"""Who: principals, units, people, numbers, the audit log."""

from contacts.rules.branches import MunicipalKind

from .audit_entry import AuditEntry, PatientSet
from .data_key import DataKey
from .directory_entry import DirectoryEntry
from .directory_join import DirectoryJoin
from .directory_upload import DirectoryFile, DirectoryUpload
from .emergency import EmergencyCode, EmergencyLogIn, EmergencySheet
from .login_code import LoginCode
from .number_flag import NumberFlag
from .page_change import PageChange
from .principal import Principal
from .review import ReviewNote, ReviewSample
from .rota_turn import TURN_COLUMNS, RotaTurn, turn_of
from .staff import Membership, User
from .submission import Submission, SubmissionClash
from .trail import TrailSeal
from .unit import Unit
from .work import Work, WorkPiece

__all__ = [
    "TURN_COLUMNS",
    "AuditEntry",
    "DataKey",
    "DirectoryEntry",
    "DirectoryFile",
    "DirectoryJoin",
    "DirectoryUpload",
    "EmergencyCode",
    "EmergencyLogIn",
    "EmergencySheet",
    "LoginCode",
    "Membership",
    "MunicipalKind",
    "NumberFlag",
    "PageChange",
    "PatientSet",
    "Principal",
    "ReviewNote",
    "ReviewSample",
    "RotaTurn",
    "Submission",
    "SubmissionClash",
    "TrailSeal",
    "Unit",
    "User",
    "Work",
    "WorkPiece",
    "turn_of",
]
