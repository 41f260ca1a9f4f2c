"""Watchlists and their items. In the beta, writing and deleting a list are long-running operations."""

from azure.core.exceptions import ResourceNotFoundError

from .step import collect, raises, same

STEPS = []
ALIAS = "vip-accounts"
ITEM = "82ba292c-dc97-4dfc-969d-d4dd9e66{:04d}"


@collect(STEPS, "watchlists: create, get, list")
async def create(sdk):
    watchlist = sdk.models.Watchlist(
        display_name="VIP accounts", provider="Contoso", source="Local file", items_search_key="account",
        description="Accounts that are watched closely",
    )
    await sdk.call("watchlists", "create_or_update", ALIAS, watchlist)
    got = await sdk.call("watchlists", "get", ALIAS)
    same((got.watchlist_alias, got.items_search_key, got.is_deleted), (ALIAS, "account", False))
    same([one.name for one in await sdk.list("watchlists", "list")], [ALIAS])


@collect(STEPS, "watchlists: items, page by page, with an update by etag")
async def items(sdk):
    for number in range(5):
        item = sdk.models.WatchlistItem(items_key_value={"account": f"vip{number}", "site": "Oslo"})
        await sdk.call("watchlist_items", "create_or_update", ALIAS, ITEM.format(number), item)
    pages = await sdk.pages("watchlist_items", "list", ALIAS)
    same([len(page) for page in pages], [2, 2, 1])
    got = await sdk.call("watchlist_items", "get", ALIAS, ITEM.format(3))
    same(got.items_key_value["account"], "vip3")
    got.items_key_value = {"account": "vip3", "site": "Bergen"}
    updated = await sdk.call("watchlist_items", "create_or_update", ALIAS, ITEM.format(3), got)
    same(updated.items_key_value["site"], "Bergen")
    await sdk.call("watchlist_items", "delete", ALIAS, ITEM.format(3))
    await raises(ResourceNotFoundError, "NotFound", sdk.call("watchlist_items", "get", ALIAS, ITEM.format(3)))


@collect(STEPS, "watchlists: delete; the items go with their list")
async def delete(sdk):
    await sdk.call("watchlists", "delete", ALIAS)
    await raises(ResourceNotFoundError, "NotFound", sdk.call("watchlists", "get", ALIAS))
    await raises(ResourceNotFoundError, "NotFound", sdk.call("watchlist_items", "get", ALIAS, ITEM.format(1)))
