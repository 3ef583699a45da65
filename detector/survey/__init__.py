"""What logs tell of the credentials in them, before anybody misuses one.

`Sightings` gathers every credential, `Posture` what a person should know of how they are kept and
handled. Both read events once, in any order of time, and hold a bounded number of rows. None of it
raises an alert.
"""

from detector.survey.posture import Concern, Posture
from detector.survey.sightings import Sighting, Sightings

__all__ = ["Concern", "Posture", "Sighting", "Sightings"]
