// Watchlists and their items.

import { call, list, pages } from "../sdk.mjs";
import { refused, same, step } from "./step.mjs";

const ALIAS = "vip-accounts";
const item = (number) => `82ba292c-dc97-4dfc-969d-d4dd9e67000${number}`;

step("watchlists: create, get, list", async () => {
  await call("watchlists", "createOrUpdate", ALIAS, {
    displayName: "VIP accounts",
    provider: "Contoso",
    source: "Local file",
    itemsSearchKey: "account",
  });
  const { watchlistAlias, itemsSearchKey, isDeleted } = await call("watchlists", "get", ALIAS);
  same([watchlistAlias, itemsSearchKey, isDeleted], [ALIAS, "account", false]);
  same((await list("watchlists", "list")).map(({ name }) => name), [ALIAS]);
});

step("watchlists: items, page by page, with an update", async () => {
  for (const number of [0, 1, 2, 3, 4]) {
    const itemsKeyValue = { account: `vip${number}`, site: "Oslo" };
    await call("watchlistItems", "createOrUpdate", ALIAS, item(number), { itemsKeyValue });
  }
  same((await pages("watchlistItems", "list", ALIAS)).map((page) => page.length), [2, 2, 1]);
  const { etag } = await call("watchlistItems", "get", ALIAS, item(3));
  const itemsKeyValue = { account: "vip3", site: "Bergen" };
  const updated = await call("watchlistItems", "createOrUpdate", ALIAS, item(3), { etag, itemsKeyValue });
  same(updated.itemsKeyValue, itemsKeyValue);
  await call("watchlistItems", "delete", ALIAS, item(3));
  await refused(404, "NotFound", call("watchlistItems", "get", ALIAS, item(3)));
});

step("watchlists: delete; the items go with their list", async () => {
  await call("watchlists", "delete", ALIAS);
  await refused(404, "NotFound", call("watchlists", "get", ALIAS));
  await refused(404, "NotFound", call("watchlistItems", "get", ALIAS, item(1)));
});
