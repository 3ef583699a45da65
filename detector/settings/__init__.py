"""What an operator may set: one TOML file, and `DETECTOR_*` environment variables above it.

`load_settings` reads and checks both; `Settings.engine()` is what the engine gets.
"""

from detector.settings.load import SettingsError, load_settings
from detector.settings.model import ResponseSettings, Settings
from detector.settings.reference import Setting, reference

__all__ = [
    "ResponseSettings",
    "Setting",
    "Settings",
    "SettingsError",
    "load_settings",
    "reference",
]
