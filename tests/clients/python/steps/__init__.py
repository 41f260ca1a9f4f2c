"""What every client does, in this order."""

from . import (
    actions, alert_rules, automation_rules, content, incidents, metadata, onboarding, refusals, watchlists,
)

STEPS = [
    *onboarding.STEPS, *alert_rules.STEPS, *actions.STEPS, *automation_rules.STEPS, *metadata.STEPS,
    *watchlists.STEPS, *incidents.STEPS, *content.STEPS, *refusals.STEPS,
]
