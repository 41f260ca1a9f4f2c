"""Onboarding: Microsoft Sentinel is switched on, seen and switched off."""

from .step import collect, same

STEPS = []


@collect(STEPS, "onboarding: create, get, list, delete")
async def crud(sdk):
    state = sdk.models.SentinelOnboardingState(customer_managed_key=False)
    made = await sdk.call("sentinel_onboarding_states", "create", "default", state)
    same(made.name, "default")
    got = await sdk.call("sentinel_onboarding_states", "get", "default")
    same(got.id.lower(), sdk.id("onboardingStates/default").lower())
    listed = await sdk.call("sentinel_onboarding_states", "list")
    same([one.name for one in listed.value], ["default"])
    await sdk.call("sentinel_onboarding_states", "delete", "default")
    await sdk.call("sentinel_onboarding_states", "create", "default", state)
