"""The techniques and risks that detections name, pinned: MITRE ATT&CK, MITRE ATLAS and OWASP.

A detection gives ids; names, tactics and links are looked up here, so that a typing error or a
withdrawn technique fails a test instead of reaching an analyst. The tables hold what the detections
use and their neighbours, not the whole frameworks.

References:
    MITRE ATT&CK Enterprise 19.1, (c) The MITRE Corporation, reproduced and distributed with its
    permission (attack.mitre.org). MITRE ATLAS 5.6.0, Apache-2.0 (atlas.mitre.org). OWASP
    Non-Human Identities Top 10 2025; OWASP Top 10 for Agentic Applications 2026.

Examples:
    >>> attack("T1078.004").sub_technique.name
    'Cloud Accounts'
    >>> attack("AML.T0012").tactic.name
    'Initial Access'
    >>> owasp("ASI03")
    'Identity and Privilege Abuse'
"""

from schemas.ocsf import Attack, Named

ATTACK_VERSION = "19.1"
ATLAS_VERSION = "5.6.0"

Row = tuple[str, tuple[str, ...]]
"""A technique's name and the ids of its tactics, in ascending order."""

TACTICS: dict[str, str] = {
    "TA0001": "Initial Access",
    "TA0002": "Execution",
    "TA0003": "Persistence",
    "TA0004": "Privilege Escalation",
    "TA0005": "Stealth",
    "TA0006": "Credential Access",
    "TA0007": "Discovery",
    "TA0008": "Lateral Movement",
    "TA0009": "Collection",
    "TA0010": "Exfiltration",
    "TA0011": "Command and Control",
    "TA0040": "Impact",
    "TA0112": "Defense Impairment",
}

ATLAS_TACTICS: dict[str, str] = {
    "AML.TA0004": "Initial Access",
    "AML.TA0005": "Execution",
    "AML.TA0006": "Persistence",
    "AML.TA0008": "Discovery",
    "AML.TA0010": "Exfiltration",
    "AML.TA0011": "Impact",
    "AML.TA0013": "Credential Access",
    "AML.TA0015": "Lateral Movement",
}
"""Only the tactics that an alert can show: the first of each technique below."""

ATTACK: dict[str, Row] = {
    "T1021": ("Remote Services", ("TA0008",)),
    "T1021.007": ("Cloud Services", ("TA0008",)),
    "T1021.008": ("Direct Cloud VM Connections", ("TA0008",)),
    "T1059": ("Command and Scripting Interpreter", ("TA0002",)),
    "T1059.009": ("Cloud API", ("TA0002",)),
    "T1069": ("Permission Groups Discovery", ("TA0007",)),
    "T1069.003": ("Cloud Groups", ("TA0007",)),
    "T1078": ("Valid Accounts", ("TA0001", "TA0003", "TA0004", "TA0005")),
    "T1078.004": ("Cloud Accounts", ("TA0001", "TA0003", "TA0004", "TA0005")),
    "T1087": ("Account Discovery", ("TA0007",)),
    "T1087.004": ("Cloud Account", ("TA0007",)),
    "T1090": ("Proxy", ("TA0011",)),
    "T1090.003": ("Multi-hop Proxy", ("TA0011",)),
    "T1098": ("Account Manipulation", ("TA0003", "TA0004")),
    "T1098.001": ("Additional Cloud Credentials", ("TA0003", "TA0004")),
    "T1098.003": ("Additional Cloud Roles", ("TA0003", "TA0004")),
    "T1098.006": ("Additional Container Cluster Roles", ("TA0003", "TA0004")),
    "T1110": ("Brute Force", ("TA0006",)),
    "T1136": ("Create Account", ("TA0003",)),
    "T1136.003": ("Cloud Account", ("TA0003",)),
    "T1199": ("Trusted Relationship", ("TA0001",)),
    "T1484": ("Domain or Tenant Policy Modification", ("TA0004", "TA0112")),
    "T1484.002": ("Trust Modification", ("TA0004", "TA0112")),
    "T1485": ("Data Destruction", ("TA0040",)),
    "T1486": ("Data Encrypted for Impact", ("TA0040",)),
    "T1490": ("Inhibit System Recovery", ("TA0040",)),
    "T1496": ("Resource Hijacking", ("TA0040",)),
    "T1496.004": ("Cloud Service Hijacking", ("TA0040",)),
    "T1525": ("Implant Internal Image", ("TA0003",)),
    "T1526": ("Cloud Service Discovery", ("TA0007",)),
    "T1528": ("Steal Application Access Token", ("TA0006",)),
    "T1530": ("Data from Cloud Storage", ("TA0009",)),
    "T1531": ("Account Access Removal", ("TA0040",)),
    "T1535": ("Unused/Unsupported Cloud Regions", ("TA0005",)),
    "T1537": ("Transfer Data to Cloud Account", ("TA0010",)),
    "T1538": ("Cloud Service Dashboard", ("TA0007",)),
    "T1539": ("Steal Web Session Cookie", ("TA0006",)),
    "T1548": ("Abuse Elevation Control Mechanism", ("TA0004",)),
    "T1548.005": ("Temporary Elevated Cloud Access", ("TA0004",)),
    "T1550": ("Use Alternate Authentication Material", ("TA0008",)),
    "T1550.001": ("Application Access Token", ("TA0008",)),
    "T1550.004": ("Web Session Cookie", ("TA0008",)),
    "T1552": ("Unsecured Credentials", ("TA0006",)),
    "T1552.001": ("Credentials In Files", ("TA0006",)),
    "T1552.005": ("Cloud Instance Metadata API", ("TA0006",)),
    "T1552.007": ("Container API", ("TA0006",)),
    "T1555": ("Credentials from Password Stores", ("TA0006",)),
    "T1555.006": ("Cloud Secrets Management Stores", ("TA0006",)),
    "T1556": ("Modify Authentication Process", ("TA0003", "TA0006", "TA0112")),
    "T1556.006": ("Multi-Factor Authentication", ("TA0003", "TA0006", "TA0112")),
    "T1578": ("Modify Cloud Compute Infrastructure", ("TA0112",)),
    "T1578.001": ("Create Snapshot", ("TA0112",)),
    "T1578.002": ("Create Cloud Instance", ("TA0112",)),
    "T1578.003": ("Delete Cloud Instance", ("TA0112",)),
    "T1578.005": ("Modify Cloud Compute Configurations", ("TA0112",)),
    "T1580": ("Cloud Infrastructure Discovery", ("TA0007",)),
    "T1606": ("Forge Web Credentials", ("TA0006",)),
    "T1606.002": ("SAML Tokens", ("TA0006",)),
    "T1619": ("Cloud Storage Object Discovery", ("TA0007",)),
    "T1621": ("Multi-Factor Authentication Request Generation", ("TA0006",)),
    "T1648": ("Serverless Execution", ("TA0002",)),
    "T1651": ("Cloud Administration Command", ("TA0002",)),
    "T1654": ("Log Enumeration", ("TA0007",)),
    "T1685": ("Disable or Modify Tools", ("TA0112",)),
    "T1685.002": ("Disable or Modify Cloud Log", ("TA0112",)),
    "T1686": ("Disable or Modify System Firewall", ("TA0112",)),
    "T1686.001": ("Cloud Firewall", ("TA0112",)),
}

ATLAS: dict[str, Row] = {
    "AML.T0012": ("Valid Accounts", ("AML.TA0004", "AML.TA0012")),
    "AML.T0034": ("Cost Harvesting", ("AML.TA0011",)),
    "AML.T0034.002": ("Agentic Resource Consumption", ("AML.TA0011",)),
    "AML.T0051": ("LLM Prompt Injection", ("AML.TA0005",)),
    "AML.T0051.001": ("Indirect", ("AML.TA0005",)),
    "AML.T0053": ("AI Agent Tool Invocation", ("AML.TA0005", "AML.TA0012")),
    "AML.T0055": ("Unsecured Credentials", ("AML.TA0013",)),
    "AML.T0081": ("Modify AI Agent Configuration", ("AML.TA0006", "AML.TA0007")),
    "AML.T0082": ("RAG Credential Harvesting", ("AML.TA0013",)),
    "AML.T0083": ("Credentials from AI Agent Configuration", ("AML.TA0013",)),
    "AML.T0084": ("Discover AI Agent Configuration", ("AML.TA0008",)),
    "AML.T0086": ("Exfiltration via AI Agent Tool Invocation", ("AML.TA0010",)),
    "AML.T0091": ("Use Alternate Authentication Material", ("AML.TA0015",)),
    "AML.T0091.000": ("Application Access Token", ("AML.TA0015",)),
    "AML.T0098": ("AI Agent Tool Credential Harvesting", ("AML.TA0013",)),
    "AML.T0101": ("Data Destruction via AI Agent Tool Invocation", ("AML.TA0011",)),
    "AML.T0103": ("Deploy AI Agent", ("AML.TA0005",)),
    "AML.T0110": ("AI Agent Tool Poisoning", ("AML.TA0006",)),
}

OWASP: dict[str, str] = {
    "NHI1:2025": "Improper Offboarding",
    "NHI2:2025": "Secret Leakage",
    "NHI3:2025": "Vulnerable Third-Party NHI",
    "NHI4:2025": "Insecure Authentication",
    "NHI5:2025": "Overprivileged NHI",
    "NHI6:2025": "Insecure Cloud Deployment Configurations",
    "NHI7:2025": "Long-Lived Secrets",
    "NHI8:2025": "Environment Isolation",
    "NHI9:2025": "NHI Reuse",
    "NHI10:2025": "Human Use of NHI",
    "ASI01": "Agent Goal Hijack",
    "ASI02": "Tool Misuse and Exploitation",
    "ASI03": "Identity and Privilege Abuse",
    "ASI04": "Agentic Supply Chain Vulnerabilities",
    "ASI05": "Unexpected Code Execution (RCE)",
    "ASI06": "Memory and Context Poisoning",
    "ASI07": "Insecure Inter-Agent Communication",
    "ASI08": "Cascading Failures",
    "ASI09": "Human-Agent Trust Exploitation",
    "ASI10": "Rogue Agents",
}


def attack(technique: str) -> Attack:
    """The OCSF object of one ATT&CK or ATLAS technique, under the first of its tactics.

    Raises:
        LookupError: when the id is not in the pinned tables.
    """
    atlas = technique.startswith("AML.")
    table, tactics = (ATLAS, ATLAS_TACTICS) if atlas else (ATTACK, TACTICS)
    if technique not in table:
        raise LookupError(f"technique {technique!r} is not in the pinned tables of {__name__}")
    parent = _parent(technique)
    tactic = table[technique][1][0]
    return Attack(
        technique=_named(parent, table[parent][0]),
        sub_technique=None if parent == technique else _named(technique, table[technique][0]),
        tactic=_named(tactic, tactics[tactic]),
        version=ATLAS_VERSION if atlas else ATTACK_VERSION,
    )


def owasp(risk: str) -> str:
    """The name of one OWASP risk.

    Raises:
        LookupError: when the id is not in the pinned table.
    """
    if risk not in OWASP:
        raise LookupError(f"risk {risk!r} is not in the pinned table of {__name__}")
    return OWASP[risk]


def _parent(technique: str) -> str:
    """The technique of a sub-technique, and of a technique itself."""
    stem, dot, number = technique.rpartition(".")
    return stem if dot and stem != "AML" and number.isdigit() else technique


def _named(uid: str, name: str) -> Named:
    return Named(uid=uid, name=name, src_url=_url(uid))


def _url(uid: str) -> str:
    kind = "tactics" if "TA" in uid else "techniques"
    if uid.startswith("AML."):
        return f"https://atlas.mitre.org/{kind}/{uid}"
    return f"https://attack.mitre.org/{kind}/{uid.replace('.', '/')}/"
