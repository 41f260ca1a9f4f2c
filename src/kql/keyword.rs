//! The reserved words of KQL, and which of them may also serve as a name.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Where a reserved word may stand for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// Anywhere: `T | where count > 1`.
    Anywhere,
    /// Only where a name is declared: `T | project where = 1`.
    Declared,
    /// Nowhere: it has to be written `['project']`.
    Never,
}

macro_rules! keywords {
    ($($naming:ident { $($variant:ident $text:literal,)* } words [$($word:literal)*])*) => {
        /// A reserved word of the query language. Words are case-sensitive.
        ///
        /// The set and the naming rules are those of Kusto.Language 12.4.1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Keyword {
            $($(#[doc = concat!("`", $text, "`")] $variant,)*)*
            /// A word that only means something in management commands or as the value of a parameter.
            Word(Naming),
        }

        impl Keyword {
            /// Where the word may stand for a name.
            pub fn naming(self) -> Naming {
                match self {
                    $($(Keyword::$variant)|* => Naming::$naming,)*
                    Keyword::Word(naming) => naming,
                }
            }
        }

        static BY_TEXT: LazyLock<HashMap<&'static str, Keyword>> = LazyLock::new(|| {
            HashMap::from([
                $($(($text, Keyword::$variant),)* $(($word, Keyword::Word(Naming::$naming)),)*)*
            ])
        });
    };
}

impl Keyword {
    /// The keyword that `text` spells exactly.
    pub fn of(text: &str) -> Option<Keyword> {
        BY_TEXT.get(text).copied()
    }
}

keywords! {
    Anywhere {
        InternalPartitionby "__partitionby", Access "access", Alias "alias", Bin "bin", Bool "bool",
        Consume "consume", Count "count", Database "database", Declare "declare", Default "default",
        Distinct "distinct", Edges "edges", EntityGroup "entity_group", Evaluate "evaluate", Extend "extend",
        Facet "facet", Filter "filter", Fork "fork", From "from", Getschema "getschema", Guid "guid", Id "id",
        InlineExternalTable "inline_external_table", Join "join", Let "let", Limit "limit", Lookup "lookup",
        MvApplyWord "mvapply", MvExpandWord "mvexpand", Nodes "nodes", Null "null", Nulls "nulls", On "on",
        Optional "optional", Order "order", Output "output", Pack "pack", Parse "parse", Partition "partition",
        Pattern "pattern", QueryParameters "query_parameters", Range "range", Reduce "reduce", Regex "regex",
        Render "render", Restrict "restrict", Scan "scan", Serialize "serialize", Sort "sort", Step "step",
        Summarize "summarize", Take "take", Top "top", Typeof "typeof", View "view", With "with",
        WithNodeId "with_node_id",
    } words [
        "best_effort" "dataformat" "datetime_pattern" "graph" "plotly" "uuid"
    ]
    Declared {
        As "as", By "by", Contains "contains", Datatable "datatable", Externaldata "externaldata", Find "find",
        Has "has", In "in", Invoke "invoke", Materialize "materialize", Of "of", Print "print", Sample "sample",
        SampleDistinct "sample-distinct", Search "search", Set "set", Title "title", To "to",
        TopHitters "top-hitters", TopNested "top-nested", Toscalar "toscalar", Totable "totable", Where "where",
    } words [
        "accumulate" "earliest" "latest" "mdm" "sql" "verbose" "viewers"
    ]
    Never {
        NotBetween "!between", NotContains "!contains", NotContainsCs "!contains_cs", NotEndswith "!endswith",
        NotEndswithCs "!endswith_cs", NotHas "!has", NotHasCs "!has_cs", NotHasprefix "!hasprefix",
        NotHasprefixCs "!hasprefix_cs", NotHassuffix "!hassuffix", NotHassuffixCs "!hassuffix_cs", NotIn "!in",
        NotInCi "!in~", NotStartswith "!startswith", NotStartswithCs "!startswith_cs",
        InternalContextualDatatable "__contextual_datatable", InternalExecuteAndCache "__executeAndCache",
        InternalProjectAway "__projectAway", And "and", Asc "asc", AssertSchema "assert-schema", Between "between",
        Boolean "boolean", Byte "byte", Char "char", ContainsCs "contains_cs", ContainsCsWord "containscs",
        Datascope "datascope", Date "date", Datetime "datetime", Decimal "decimal", Desc "desc", Double "double",
        Dynamic "dynamic", Endswith "endswith", EndswithCs "endswith_cs", ExternalUnderscoreData "external_data",
        First "first", Float "float", GrannyAsc "granny-asc", GrannyDesc "granny-desc",
        GraphMarkComponents "graph-mark-components", GraphMatch "graph-match",
        GraphShortestPaths "graph-shortest-paths", GraphToTable "graph-to-table", GraphWhereEdges "graph-where-edges",
        GraphWhereNodes "graph-where-nodes", HasAll "has_all", HasAny "has_any", HasCs "has_cs",
        Hasprefix "hasprefix", HasprefixCs "hasprefix_cs", Hassuffix "hassuffix", HassuffixCs "hassuffix_cs",
        Int "int", Int16 "int16", Int32 "int32", Int64 "int64", Int8 "int8", InCi "in~", Kind "kind", Last "last",
        Like "like", LikeCs "likecs", Long "long", MacroExpand "macro-expand", MakeGraph "make-graph",
        MakeSeries "make-series", MatchesRegex "matches regex", MaterializedViewCombine "materialized-view-combine",
        MvApply "mv-apply", MvExpand "mv-expand", NotContainsWord "notcontains", NotContainscsWord "notcontainscs",
        NotLike "notlike", NotLikeCs "notlikecs", Or "or", Others "others", ParseKv "parse-kv",
        ParseWhere "parse-where", PartitionedBy "partitioned-by", Project "project", ProjectAway "project-away",
        ProjectByNames "project-by-names", ProjectKeep "project-keep", ProjectRename "project-rename",
        ProjectReorder "project-reorder", ProjectSmart "project-smart", Real "real", Startswith "startswith",
        StartswithCs "startswith_cs", String "string", Time "time", Timespan "timespan", Uint "uint", Uint16 "uint16",
        Uint32 "uint32", Uint64 "uint64", Uint8 "uint8", Ulong "ulong", Union "union", Uniqueid "uniqueid",
        WithSource "with_source", Withsource "withsource",
    } words [
        "3Dchart" "__crossCluster" "__crossDB" "__id" "__isFuzzy" "__noWithSource" "__packedColumn"
        "__sourceColumnIndex" "anomalychart" "areachart" "bagexpansion" "barchart" "cachingpolicy" "callout"
        "cancel" "card" "columnchart" "commands-and-queries" "cycles" "dataexport" "decodeblocks" "encodingpolicy"
        "expandoutput" "extent_tags_retention" "flags" "force_remote" "harddelete" "hardretention"
        "hint.concurrency" "hint.distribution" "hint.materialized" "hint.progressive_top" "hint.remote"
        "hint.shufflekey" "hint.spread" "hint.strategy" "hotcache" "isfuzzy" "journal" "ladderchart" "linechart"
        "materialized-views" "missing" "nooptimization" "pathformat" "piechart" "pivotchart" "queries"
        "query_results" "relaxed" "restricted_view_access" "row_level_security" "rowstore" "rowstore_references"
        "rowstore_sealinfo" "rowstorepolicy" "rowstores" "scatterchart" "seal" "seals" "set-or-append"
        "set-or-replace" "shards" "simple" "softdelete" "softretention" "stackedareachart" "statistics"
        "storedqueryresultcontainers" "tablepurge" "timechart" "timeline" "timepivot" "treemap"
        "unrestrictedviewers" "views" "with_itemindex" "with_match_id" "with_step_name" "writeaheadlog"
    ]
}
