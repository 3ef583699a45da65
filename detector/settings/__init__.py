"""What an operator may set: one TOML file, and `DETECTOR_*` environment variables above it.

`load_settings` reads and checks both; `Settings.engine()` is what the engine gets, `worker_config`
what a worker on Kafka gets.
"""

from detector.settings.kafka import KafkaSettings
from detector.settings.load import SettingsError, load_settings
from detector.settings.model import ResponseSettings, Settings
from detector.settings.reference import Setting, reference
from detector.settings.worker import worker_config

__all__ = [
    "KafkaSettings",
    "ResponseSettings",
    "Setting",
    "Settings",
    "SettingsError",
    "load_settings",
    "reference",
    "worker_config",
]
