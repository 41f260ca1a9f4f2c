// Microsoft's definitions, laid out as their own repository has them: they refer to each other by relative paths.

import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

// The versions that whole definitions are at hand for; one of incidents is only in the preview.
export const STABLE = "2024-03-01";
export const PREVIEW = "2024-01-01-preview";

/** Lays the definitions out below `folder`, and returns the files that hold operations. */
export function layOut(corpus, folder) {
  rmSync(folder, { recursive: true, force: true });
  const provider = join(folder, "specification/securityinsights/resource-manager/Microsoft.SecurityInsights");
  mkdirSync(provider, { recursive: true });
  cpSync(join(corpus, "schemas/azure-rest-api-specs/Microsoft.SecurityInsights"), provider, { recursive: true });
  cpSync(join(corpus, "schemas/azure-rest-api-specs/common"), join(dirname(provider), "common"), { recursive: true });
  const preview = join(provider, "preview", PREVIEW);
  cpSync(join(dirname(corpus), "arm-data/swagger/Incidents.json"), join(preview, "Incidents.json"));
  for (const version of ["v2", "v3", "v5"]) {
    const common = join(folder, "specification/common-types/resource-management", version);
    mkdirSync(common, { recursive: true });
    cpSync(join(HERE, "common-types.json"), join(common, "types.json"));
  }
  return [preview, join(provider, "stable", STABLE)].flatMap((place) =>
    readdirSync(place).filter((name) => name.endsWith(".json")).map((name) => join(place, name)),
  );
}
