//! The migrations are compiled in by a macro that cargo cannot see through: a new file must cause a rebuild. The macro
//! leaves out names that it does not understand, so the names are checked here. What scribe must know of them is
//! gathered, the ways back among it: refinery itself would compile a regular expression for the names, which takes
//! 0.5 MB for the rest of a daemon's life. The date that no clock can be behind is taken down here, and the linker told
//! to make the program small, too.
use std::{
    collections::BTreeMap,
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    process::Command,
};

/// 2026-11-01, in seconds since the epoch: before the first commit.
const BEFORE_ALL: u64 = 1_793_491_200;
const DAY: u64 = 86_400;
/// The checksum of a migration `a` of version 1 with the text `b`.
const A_1_B: u64 = 7_401_274_791_218_319_300;

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR for build scripts");
    let list = known(&Path::new(&root).join("migrations")).unwrap_or_else(|text| panic!("{text}"));
    fs::write(Path::new(&out).join("known_migrations.rs"), list).expect("OUT_DIR is writable");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo:rerun-if-changed=CHANGELOG.md");
    let written = format!("{}", written(&root));
    fs::write(Path::new(&out).join("written.rs"), written).expect("OUT_DIR is writable");
    tell_linker(&root);
}

/// What is shipped unwinds nothing (`panic = "abort"`), so the tables for that are left out, a ninth of the program. Where
/// the linker can, functions that are the same are folded, and the places that the loader moves are noted in the short
/// form (`DT_RELR`, glibc 2.36: Debian 12's), an eighth: lld can, which Rust brings along; GNU's only the latter, and not
/// for ARM. `packaging/build` brings an lld of its own.
fn tell_linker(root: &str) {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    println!("cargo:rustc-link-arg-bins=-Wl,-T,{root}/packaging/no-unwinding.ld");
    println!("cargo:rerun-if-changed=packaging/no-unwinding.ld");
    let lld = lld();
    if let Some(folder) = &lld {
        for argument in [&format!("-B{folder}"), "-fuse-ld=lld", "-Wl,--icf=all"] {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
    }
    if lld.is_some() || is("CARGO_CFG_TARGET_ARCH", "x86_64") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Where the compiler has an lld for a C compiler to use: in what rustup installs, for its own machine.
fn lld() -> Option<String> {
    let host = env::var("HOST").ok().filter(|host| env::var("TARGET").is_ok_and(|target| target == *host))?;
    let sysroot = Command::new(env::var("RUSTC").ok()?).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(sysroot.stdout).ok()?;
    let folder = format!("{}/lib/rustlib/{host}/bin/gcc-ld", sysroot.trim());
    Path::new(&folder).join("ld.lld").exists().then_some(folder)
}

/// When the sources were written, in seconds since the epoch: the same sources give the same date. A later commit alone
/// does not make cargo ask again: an earlier date is as true.
fn written(root: &str) -> u64 {
    let changes = fs::read_to_string(Path::new(root).join("CHANGELOG.md")).unwrap_or_default();
    let by_sources = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => {
            Some(text.trim().parse().unwrap_or_else(|_| panic!("SOURCE_DATE_EPOCH is no number: {text}")))
        }
        // A day less: whose clock was ahead may have committed.
        Err(_) => committed(root).map(|date| date.saturating_sub(DAY)),
    };
    // In the east a date begins earlier.
    let by_release = released(&changes).map(|date| date - DAY);
    [by_sources, by_release].into_iter().flatten().fold(BEFORE_ALL, u64::max)
}

/// The date of the last commit, where there is a repository.
fn committed(root: &str) -> Option<u64> {
    let git = Command::new("git").args(["-C", root, "log", "-1", "--format=%ct"]).output();
    String::from_utf8(git.ok()?.stdout).ok()?.trim().parse().ok()
}

/// The date of the newest release among the headings of the changelog, such as `## 1.0.0, 2026-12-01`; in seconds since
/// the epoch.
fn released(changes: &str) -> Option<u64> {
    changes.lines().filter_map(|line| date(line.strip_prefix("## ")?.rsplit_once(", ")?.1)).max()
}

fn date(text: &str) -> Option<u64> {
    let numbers: Option<Vec<u64>> = text.trim().splitn(3, '-').map(|number| number.parse().ok()).collect();
    let &[year @ 2026..=9999, month @ 1..=12, day @ 1..=31] = numbers?.as_slice() else { return None };
    // Years from March on, so that the day that some have more is the last; 719,468 days come before 1970.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some((days - 719_468) * DAY)
}

/// The migrations as a Rust expression, in the order of their versions.
fn known(folder: &Path) -> Result<String, String> {
    let (mut up, mut down) = (BTreeMap::new(), BTreeMap::new());
    for entry in fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let path = entry.map_err(|e| e.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (stem, files) = match name.strip_suffix(".down.sql") {
            Some(stem) => (stem, &mut down),
            None => (name.strip_suffix(".sql").unwrap_or(&name), &mut up),
        };
        let version =
            version(stem).ok_or_else(|| format!("{name} is not named like V6__add_a_column.sql"))?;
        let text = fs::read_to_string(&path).map_err(|e| format!("{name}: {e}"))?;
        if text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with("--")) {
            return Err(format!("migrations/{name} holds no statement"));
        }
        if files.insert(version, (stem.to_string(), path.display().to_string(), text)).is_some() {
            return Err(format!("two files of migrations/ are of version {version}"));
        }
    }
    let mut list = String::from("&[");
    for (n, (version, (stem, _, sql))) in (1..).zip(&up) {
        let pair = down.remove(version).filter(|(back, ..)| back == stem && *version == n);
        let (_, way_back, _) = pair.ok_or_else(|| {
            format!("migrations/{stem}.sql: version {n} is missing, or {stem}.down.sql, the way back")
        })?;
        let name = stem.split_once("__").map_or("", |(_, name)| name);
        let checksum = checksum(name, *version, sql);
        list += &format!(
            "Known {{ version: {version}, name: {name:?}, checksum: {checksum}, way_back: include_str!({way_back:?}) }},"
        );
    }
    match down.into_values().next() {
        Some((stem, ..)) => Err(format!("migrations/{stem}.down.sql leads back from nowhere")),
        None => Ok(list + "]"),
    }
}

/// What refinery notes of a migration: SipHash 1-3 without a key. The standard library's hasher is that, but does not
/// promise to stay it.
fn checksum(name: &str, version: i32, sql: &str) -> u64 {
    let hash = |parts: (&str, i32, &str)| {
        let mut hasher = DefaultHasher::new();
        parts.hash(&mut hasher);
        hasher.finish()
    };
    assert_eq!(
        hash(("a", 1, "b")),
        A_1_B,
        "this compiler's hasher is another one: build.rs needs one of its own"
    );
    hash((name, version, sql))
}

fn version(stem: &str) -> Option<i32> {
    let (version, what) = stem.strip_prefix('V')?.split_once("__")?;
    let is_word = !what.is_empty() && what.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    version.parse().ok().filter(|version| is_word && *version > 0)
}
