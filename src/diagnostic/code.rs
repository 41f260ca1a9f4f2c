//! Every problem that Palisade can name. A name is never used again for something else.
//!
//! This list is the registry: `palisade explain`, the reference in docs/checks.md, the rules of SARIF and the test that
//! runs each example are made from it.

use std::fmt;

use super::level::Level;
use super::page::Page;

/// The reference of all codes.
const REFERENCE: &str = "https://github.com/palisade-rules/palisade/blob/main/docs/checks.md";

/// The page about a code: why it matters, and an example of bad and good.
macro_rules! page {
    ($name:literal) => {
        include_str!(concat!("code/", $name, ".md"))
    };
}

macro_rules! codes {
    ($($group:literal { $(#[doc = $summary:literal] $variant:ident $name:tt $level:ident;)+ })+) => {
        /// The kind of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $summary] $variant,)+)+ }

        impl Code {
            /// Every code, in the order of this file.
            pub const ALL: &'static [Code] = &[$($(Code::$variant,)+)+];

            /// The kebab-case name in every format.
            pub fn name(self) -> &'static str {
                match self { $($(Code::$variant => $name,)+)+ }
            }

            /// The level that a problem has unless somebody changes it.
            pub fn level(self) -> Level {
                match self { $($(Code::$variant => Level::$level,)+)+ }
            }

            /// What the problem is, in one line of plain text.
            pub fn summary(self) -> &'static str {
                match self { $($(Code::$variant => $summary.trim_ascii(),)+)+ }
            }

            /// What the problem is about; the heading that it stands under in the reference.
            pub fn group(self) -> &'static str {
                match self { $($(Code::$variant => $group,)+)+ }
            }

            fn source(self) -> &'static str {
                match self { $($(Code::$variant => page!($name),)+)+ }
            }
        }
    };
}

impl Code {
    /// The code of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Why it matters, and the examples.
    pub fn page(self) -> Page<'static> {
        Page::read(self.source())
    }

    /// Why it matters and what to do, in Markdown.
    pub fn explanation(self) -> &'static str {
        self.page().explanation
    }

    /// Whether the service itself looks at it when a rule is written: then an error that is let through is refused
    /// there, in plain sight. Of what concerns files, documents and identity it knows nothing, and writes what it gets.
    pub fn is_told_by_the_service(self) -> bool {
        ["Schedule", "Query", "Alerts", "MITRE ATT&CK"].contains(&self.group())
    }

    /// Whether nothing may silence it: only this check stands between the problem and a lost detection.
    pub fn is_never_silenced(self) -> bool {
        self.level() == Level::Error && !self.is_told_by_the_service()
    }

    /// Where the reference tells of it.
    pub fn help_uri(self) -> String {
        format!("{REFERENCE}#{}", self.name())
    }
}

codes! {
    "Files" {
        /// A file of the project could not be read.
        FileUnreadable "file-unreadable" Error;
        /// A file is larger than a document may be (1 MiB).
        FileTooLarge "file-too-large" Error;
        /// A file is not UTF-8, or holds a character that YAML forbids.
        FileNotText "file-not-text" Error;
        /// A symbolic link leads out of the project, or nowhere.
        LinkOutside "link-outside" Error;
        /// A YAML file does not parse.
        YamlSyntax "yaml-syntax" Error;
        /// A YAML file nests too deep, or its aliases make it too large.
        YamlBudget "yaml-budget" Error;
        /// A mapping names one key twice: one of the two values would be lost.
        DuplicateKey "duplicate-key" Error;
    }
    "Documents" {
        /// A document looks like a rule of another tool, not of the dialect that Palisade reads.
        ForeignShape "foreign-shape" Error;
        /// The kind of a document that holds a rule is not one that Palisade knows.
        UnknownKind "unknown-kind" Error;
        /// A document without `kind` that may be a rule or a hunting query: to guess could lose a detection.
        KindMissing "kind-missing" Error;
        /// A document is of a kind that this version of Palisade does not carry out yet.
        UnsupportedKind "unsupported-kind" Error;
        /// A key that is no part of the dialect, close to one that is: what it says would be lost.
        MisspelledKey "misspelled-key" Error;
        /// A key that is no part of the dialect. What it says is not deployed.
        UnknownKey "unknown-key" Warning;
        /// A key in another tool's spelling. It is read as the dialect's own.
        ForeignKey "foreign-key" Warning;
        /// A word of the service in another spelling. It is read as the service's own.
        UnusualSpelling "unusual-spelling" Info;
        /// A value has the wrong type.
        WrongType "wrong-type" Error;
        /// A value is not one of those that its key takes.
        InvalidValue "invalid-value" Error;
        /// A key that the document can't do without is missing.
        MissingKey "missing-key" Error;
        /// A text has a control, format or line-separator character: it could end a comment or hide what is read.
        HiddenCharacter "hidden-character" Warning;
    }
    "Identity" {
        /// A rule has no id, so nothing ties it to the live rule.
        IdMissing "id-missing" Error;
        /// A rule's id is no GUID. The service takes it; other tools may not.
        IdNotGuid "id-not-guid" Warning;
        /// A rule's id can't be the name of an ARM resource.
        IdInvalid "id-invalid" Error;
        /// Two documents have one id and say different things: one would overwrite the other.
        DuplicateId "duplicate-id" Error;
        /// Two documents say the same, id included. One of them is used.
        DuplicateRule "duplicate-rule" Warning;
        /// Two rules have one name.
        DuplicateName "duplicate-name" Warning;
        /// A rule without a description.
        DescriptionMissing "description-missing" Info;
        /// A rule without a version.
        VersionMissing "version-missing" Info;
        /// A name or a description, of a rule or of its alerts, that is longer than is taken in full.
        TextLength "text-length" Warning;
    }
    "Schedule" {
        /// A schedule, look-back or suppression is outside of what the service takes.
        DurationRange "duration-range" Error;
        /// The look-back is shorter than the time between two runs: events in between are never looked at.
        PeriodTooShort "period-too-short" Error;
        /// A rule that looks back 2 days or more runs more often than once an hour.
        FrequencyTooShort "frequency-too-short" Error;
        /// An NRT rule has a schedule or threshold, which the service does not know for its kind.
        NrtSchedule "nrt-schedule" Warning;
        /// A threshold is outside of 0 to 10,000.
        ThresholdRange "threshold-range" Error;
        /// A start time further ahead than the service takes (30 days).
        StartTimeRange "start-time-range" Error;
        /// A start time that is nearer than the service takes (10 minutes).
        StartTimeSoon "start-time-soon" Warning;
        /// A start time that is over: no rule that is new to a workspace can begin then.
        StartTimePassed "start-time-passed" Info;
        /// A suppression that is over before the rule runs again.
        SuppressionTooShort "suppression-too-short" Warning;
    }
    "Query" {
        /// A query is empty or longer than the service takes (10,000 characters).
        QueryLength "query-length" Error;
        /// A query that does not parse.
        KqlSyntax "kql-syntax" Error;
        /// A query that parses and can't be run: it names a column that is not there, or compares nothing.
        KqlMeaning "kql-meaning" Error;
        /// A query reads a table that a workspace does not have: the rule is blocked there.
        TableMissing "table-missing" Error;
        /// Microsoft's own parser was asked, and says otherwise of a query than ours.
        KustoDisagrees "kusto-disagrees" Warning;
        /// A query without a tabular result.
        NoTabularResult "no-tabular-result" Error;
        /// A query with several tabular results.
        SeveralResults "several-results" Warning;
        /// A query with a control, format or line-separator character: it could end a comment unseen.
        HiddenInQuery "hidden-in-query" Error;
        /// `search *` or `union *`, which the service refuses.
        AllTables "all-tables" Error;
        /// A search over every table of the workspace.
        UnboundedSearch "unbounded-search" Warning;
        /// A query over more workspaces than the service takes (20).
        TooManyWorkspaces "too-many-workspaces" Error;
        /// An NRT rule's query uses what the service refuses in one.
        NrtForbidden "nrt-forbidden" Error;
        /// An NRT rule's query uses what the project's strict profile leaves out.
        NrtNotPortable "nrt-not-portable" Warning;
        /// A function that KQL does not have, and that is one keystroke from one that it has.
        UnknownFunction "unknown-function" Warning;
        /// A call of a built-in function with too few or too many arguments.
        FunctionArguments "function-arguments" Error;
        /// A name that `let` binds and nothing uses.
        UnusedLet "unused-let" Warning;
        /// A name that `let` binds twice in one scope.
        DuplicateLet "duplicate-let" Error;
        /// A name that `let` binds inside of a function, and that means something else outside.
        ShadowedLet "shadowed-let" Warning;
        /// The result of a query has no column `TimeGenerated`.
        TimeGeneratedMissing "time-generated-missing" Info;
        /// A query asks for events older than the rule's period, which it is never given.
        LookbackBeyondPeriod "lookback-beyond-period" Warning;
        /// A condition after `summarize` that could stand before it.
        LateFilter "late-filter" Warning;
        /// Every row of a table is grouped, joined or expanded.
        NoFilter "no-filter" Warning;
        /// A join with the whole of a table.
        WideJoin "wide-join" Warning;
        /// `contains` with whole words, which `has` looks up in an index.
        ContainsForHas "contains-for-has" Warning;
        /// A text that looks like a secret.
        SecretInText "secret-in-text" Warning;
    }
    "Alerts" {
        /// More entity mappings, identifiers or custom details than the service takes.
        TooMany "too-many" Error;
        /// `templateVersion` without `alertRuleTemplateName`, which the service refuses.
        TemplateVersionAlone "template-version-alone" Error;
        /// A mapped column that the query does not give.
        MissingColumn "missing-column" Error;
        /// A list or a bag is mapped where an entity has a text.
        DynamicEntity "dynamic-entity" Warning;
        /// An entity type that the service does not know.
        UnknownEntityType "unknown-entity-type" Error;
        /// An identifier that the entity's type does not have.
        UnknownIdentifier "unknown-identifier" Error;
        /// More entity mappings than some clients take of an NRT rule (5).
        ManyNrtEntities "many-nrt-entities" Warning;
        /// A legacy column such as `AccountCustomEntity` that no mapping takes up.
        LegacyEntityLost "legacy-entity-lost" Warning;
        /// A mapping of a legacy column such as `AccountCustomEntity`.
        LegacyEntityName "legacy-entity-name" Info;
        /// A custom detail's name that is too long or has signs in it.
        CustomDetailName "custom-detail-name" Warning;
        /// A placeholder in an alert's name or description that is not closed.
        PlaceholderForm "placeholder-form" Warning;
        /// A property that no alert has.
        UnknownAlertProperty "unknown-alert-property" Warning;
        /// Incidents are grouped by what the alerts do not carry.
        GroupingAbsent "grouping-absent" Warning;
    }
    "MITRE ATT&CK" {
        /// A tactic that the service does not know.
        UnknownTactic "unknown-tactic" Warning;
        /// A technique that has not the form T1234 or T1234.001: nobody will find the rule by it.
        TechniqueForm "technique-form" Warning;
        /// A technique that ATT&CK does not have, or has no more.
        UnknownTechnique "unknown-technique" Warning;
        /// A technique of no tactic that the rule names.
        TechniqueWithoutTactic "technique-without-tactic" Warning;
    }
    "Exceptions" {
        /// An exception that silences nothing: the problem is gone, or it stands elsewhere.
        UnusedException "unused-exception" Warning;
        /// An exception that can't be read, gives no reason, or is for what can't be silenced. It has no effect.
        InvalidException "invalid-exception" Warning;
        /// An entry of the baseline that silences nothing any more.
        StaleBaseline "stale-baseline" Warning;
    }
    "Workspaces and the project" {
        /// Two workspaces of one name.
        DuplicateWorkspace "duplicate-workspace" Error;
        /// A workspace document names no target, two targets, or one that can't be.
        WorkspaceTarget "workspace-target" Error;
        /// An endpoint that is neither loopback nor trusted on the command line.
        EndpointRefused "endpoint-refused" Error;
        /// A selector or a name that matches no rule.
        MatchesNothing "matches-nothing" Warning;
        /// Two rules would be one resource in a workspace.
        NameCollision "name-collision" Error;
        /// A workspace is given more rules than it takes.
        Quota "quota" Warning;
        /// A pattern is malformed.
        InvalidPattern "invalid-pattern" Error;
        /// Two `palisade.yaml` documents, or one that is not where it belongs.
        ProjectDocument "project-document" Error;
        /// Two documents name the columns of one table.
        DuplicateTable "duplicate-table" Error;
    }
    "Exclusions" {
        /// An exclusion names the id of a rule that does not exist: it would hide nothing, or the wrong thing later.
        ExclusionRuleMissing "exclusion-rule-missing" Error;
        /// An exclusion breaks the project's policy.
        ExclusionPolicy "exclusion-policy" Error;
        /// A row that an exclusion's test wants hidden is kept, or the other way round.
        ExclusionTestFailed "exclusion-test-failed" Error;
        /// An exclusion hides every row, whatever is in it: the rule would never raise anything.
        ExclusionHidesEverything "exclusion-hides-everything" Error;
        /// An exclusion hides rows that have none of the values that it names.
        ExclusionBroad "exclusion-broad" Warning;
        /// An exclusion can never hide a row.
        ExclusionNever "exclusion-never" Warning;
        /// An exclusion hides nothing that another one does not hide, or what another one's test wants kept.
        ExclusionOverlap "exclusion-overlap" Warning;
        /// An exclusion can't be placed on a rule: the rule is blocked, for it is never deployed without it.
        ExclusionUnplaced "exclusion-unplaced" Warning;
        /// A rule goes without an exclusion, which says `unmapped: skip`, for it does not have the field.
        ExclusionSkipped "exclusion-skipped" Info;
        /// A rule maps a field of an exclusion from several columns: a row is hidden if any of them matches.
        ExclusionColumns "exclusion-columns" Info;
        /// An exclusion has lapsed: it hides nothing any more.
        ExclusionLapsed "exclusion-lapsed" Info;
        /// Somebody changed an exclusion's block in a live query by hand.
        ExclusionTampered "exclusion-tampered" Error;
        /// A suppression asks for what an automation rule can't do.
        SuppressionCondition "suppression-condition" Error;
        /// A suppression may close incidents that its author did not mean: the service's meaning is not documented.
        SuppressionSemantics "suppression-semantics" Warning;
        /// A suppression looks at what changes once a workspace is onboarded to Defender.
        SuppressionDefender "suppression-defender" Warning;
        /// A suppression has lapsed: it closes nothing any more.
        SuppressionLapsed "suppression-lapsed" Info;
    }
    "Live rules" {
        /// The service disabled a rule that kept failing.
        AutoDisabled "auto-disabled" Warning;
        /// Somebody changed a rule's choice on correlation in Defender.
        CorrelationEdited "correlation-edited" Info;
        /// A live rule's mark can't be read, so nobody knows what was last applied.
        MarkDamaged "mark-damaged" Warning;
        /// A live rule carries another rule's mark: it is a copy.
        MarkCopied "mark-copied" Warning;
        /// Somebody else writes to a live rule of this project as well.
        SecondWriter "second-writer" Warning;
        /// A new rule would be a second copy of a live rule that is not managed.
        Twin "twin" Warning;
        /// A field of a live rule was edited out of band.
        DriftFound "drift-found" Warning;
        /// A field of a live rule was edited out of band, and changed in the files.
        DriftConflict "drift-conflict" Warning;
        /// A field of a live rule is otherwise, and nothing tells what was last applied.
        DriftUnknown "drift-unknown" Warning;
        /// A rule of the project does not live in a workspace that it goes to.
        RuleMissing "rule-missing" Warning;
        /// A rule goes on under the live name that it had before its id changed.
        RuleMoved "rule-moved" Info;
        /// Automation rules of others name a rule whose kind became another.
        AutomationLeft "automation-left" Warning;
        /// Drift was ignored until a day that has passed.
        DriftIgnoreLapsed "drift-ignore-lapsed" Info;
        /// A document that ignores drift meets none: it was undone, or it is somewhere else.
        DriftIgnoreUnused "drift-ignore-unused" Warning;
    }
    "Guards" {
        /// The project wants no rule in a workspace in which its rules live.
        EmptyProject "empty-project" Error;
        /// A rule that palisade.yaml protects would be deleted or disabled.
        Protected "protected" Error;
        /// Too large a share of the live rules would be deleted, disabled or lowered in severity.
        BlastRadius "blast-radius" Error;
        /// Rules would be deleted, disabled or lowered in severity in many workspaces at once.
        ManyWorkspaces "many-workspaces" Error;
        /// The last enabled rule that reads a table would go.
        LastOverTable "last-over-table" Error;
        /// The last enabled rule of a tactic would go.
        LastOfTactic "last-of-tactic" Error;
        /// Alerts of a rule would become no incidents any more.
        IncidentsOff "incidents-off" Error;
        /// A rule would lose entity mappings.
        MappingsLost "mappings-lost" Error;
        /// An exclusion would hide more than before.
        ExclusionWidens "exclusion-widens" Error;
        /// More enabled rules of a kind would live in a workspace than it takes.
        RuleQuota "rule-quota" Error;
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
