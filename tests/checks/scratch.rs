use std::collections::BTreeMap;
#[test]
fn scratch() {
    let root = std::path::Path::new("/work/shared/corpus/rules");
    let loaded = palisade::ops::load(root, &palisade::ops::LoadOptions::default());
    let mut out = String::new();
    let mut n: BTreeMap<(&str, &str), (usize, std::collections::BTreeSet<String>)> = BTreeMap::new();
    for p in &loaded.problems {
        let s = p.span.unwrap();
        let path = loaded.sources.path(s.file).to_owned();
        let text = loaded.sources.text(s.file);
        let snip = text[s.start as usize..(s.end as usize).min(s.start as usize + 160)].replace('\n', "⏎");
        let e = n.entry((p.level.name(), p.code.name())).or_default();
        e.0 += 1;
        e.1.insert(path.clone());
        out.push_str(&format!(
            "{}\t{}\t{}:{}:{}\t{}\t{}\t{}\n",
            p.level.name(),
            p.code.name(),
            path,
            s.line,
            s.column,
            p.message.replace('\n', "⏎"),
            snip,
            p.help.clone().unwrap_or_default()
        ));
    }
    std::fs::write("/tmp/chk/problems.tsv", out).unwrap();
    for ((l, c), (k, f)) in n {
        println!("{l} {c} {k} in {} files", f.len());
    }
    println!("{} rules", loaded.content.rules.len());
}
