"""Tell from the captions of an image whether the image shows a person."""

from __future__ import annotations

import re
from collections.abc import Sequence

MENTIONS = 2

PEOPLE = re.compile(
    r"\b(person|people|persons|man|men|woman|women|child|children|kids?|boys?|girls?|baby|babies|toddlers?|infants?|guy|guys"
    r"|lady|ladies|crowd|couple|family|adults?|teens?|teenagers?|player|players|rider|riders|skier|skiers|surfer|climber|climbers"
    r"|hiker|hikers|cyclist|cyclists|bicyclists?|skateboarder|snowboarder|fisherman|gentleman|friends|jockey|athlete"
    r"|firefighters?|workers?|performer|dancers?|singer|musician|band|runner|swimmer|diver|soldiers?|policeman|officer|someone"
    r"|team|tourists?|bride|groom|mother|father|son|daughter|brothers?|sisters?|biker|bikers|racer|kayaker|boarder|individual"
    r"|group of)\b"
)


def shows_person(captions: Sequence[str]) -> bool:
    """Return whether at least ``MENTIONS`` of the captions mention a person."""
    return sum(bool(PEOPLE.search(caption.lower())) for caption in captions) >= MENTIONS
