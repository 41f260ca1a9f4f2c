"""Which request each of Microsoft's examples belongs to: their own definitions say so."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

# Examples whose definitions are not at hand: the requests that Microsoft's SDK 2.0.0b4 makes of the same operations.
OF_THE_SDK = {
    "gettemplates.json": ("GET", "contentTemplates"),
    "gettemplatebyid.json": ("GET", "contentTemplates/{templateId}"),
    "installtemplate.json": ("PUT", "contentTemplates/{templateId}"),
    "deletetemplate.json": ("DELETE", "contentTemplates/{templateId}"),
    "getproducttemplates.json": ("GET", "contentProductTemplates"),
    "getproducttemplatebyid.json": ("GET", "contentProductTemplates/{templateId}"),
    "getpackages.json": ("GET", "contentPackages"),
    "getpackagebyid.json": ("GET", "contentPackages/{packageId}"),
    "installpackage.json": ("PUT", "contentPackages/{packageId}"),
    "uninstallpackage.json": ("DELETE", "contentPackages/{packageId}"),
    "getproductpackages.json": ("GET", "contentProductPackages"),
    "getproductpackagebyid.json": ("GET", "contentProductPackages/{packageId}"),
    "getsourcecontrols.json": ("GET", "sourcecontrols"),
    "getsourcecontrolbyid.json": ("GET", "sourcecontrols/{sourceControlId}"),
    "createsourcecontrol.json": ("PUT", "sourcecontrols/{sourceControlId}"),
    "deletesourcecontrol.json": ("DELETE", "sourcecontrols/{sourceControlId}"),
    "triggerrulerun_post.json": ("POST", "alertRules/{ruleId}/triggerRuleRun"),
    "triggeredanalyticsrulerun_get.json": ("GET", "triggeredAnalyticsRuleRuns/{ruleRunId}"),
    "triggeredanalyticsruleruns_get.json": ("GET", "triggeredAnalyticsRuleRuns"),
    "automationrules_get_boolean_2022-11-01-preview.json": ("GET", "automationRules/{automationRuleId}"),
}
# Advice on how to use the product: no part of what is emulated.
OUT_OF_SCOPE = ("recommendations",)
QUERY = re.compile(r"api-version|\$\w+")


@dataclass
class Example:
    """One example: a request, and the answers that it may get."""

    name: str
    method: str
    template: str  # below the provider: "alertRules/{ruleId}"
    parameters: Dict[str, Any]
    answers: Dict[int, Any]

    @property
    def path(self) -> str:
        """Below the provider, with its names in place."""
        return re.sub(r"\{(\w+)\}", lambda found: str(self.parameters[found.group(1)]), self.template)

    @property
    def query(self) -> List[Tuple[str, str]]:
        return [(name, str(value)) for name, value in self.parameters.items() if QUERY.fullmatch(name)]

    @property
    def body(self) -> Any:
        """The one parameter that is neither in the path nor in the query."""
        return next((value for value in self.parameters.values() if isinstance(value, dict)), None)


def examples(corpus: Path) -> Iterator[Example]:
    """Every example of the corpus and of the excerpts beside it."""
    known = {**OF_THE_SDK, **_defined(corpus)}
    files = [*corpus.glob("api-examples/**/*.json"), *corpus.parent.glob("arm-data/spec-examples/**/*.json")]
    for file in sorted(files):
        if file.parent.name in OUT_OF_SCOPE:
            continue
        # An example that nobody can place is an error.
        method, template = known[file.name.lower()]
        content = json.loads(file.read_text())
        answers = {int(status): answer.get("body") for status, answer in content["responses"].items()}
        name = "/".join(file.relative_to(corpus.parent).parts[-4:]).replace("/examples/", "/")
        yield Example(name, method, template, content["parameters"], answers)


def _defined(corpus: Path) -> Dict[str, Tuple[str, str]]:
    """The method and path that a definition gives to each example that it names."""
    found = {}
    files = [*corpus.glob("schemas/azure-rest-api-specs/**/*.json"), *corpus.parent.glob("arm-data/swagger/*.json")]
    for file in files:
        for path, methods in json.loads(file.read_text()).get("paths", {}).items():
            for method, operation in methods.items():
                for example in operation.get("x-ms-examples", {}).values():
                    name = example["$ref"].rsplit("/", 1)[-1].lower()
                    found[name] = (method.upper(), path.split("/Microsoft.SecurityInsights/")[-1].lstrip("/"))
    return found
