//! Programs compiled by other compilers and run as processes, beside the programs themselves.

use dualtape::graph::{Exporter, Program, Source};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program, and the points where it is compared.
pub struct Case {
    pub name: String,
    pub program: Program,
    pub exporter: Exporter,
    pub points: Vec<Vec<f64>>,
    /// How far results may be off, as a part of the larger of 1 and their size.
    pub tolerance: f64,
}

impl Case {
    /// With the same bits everywhere.
    pub fn new(name: impl Into<String>, program: Program, points: Vec<Vec<f64>>) -> Case {
        Case { name: name.into(), program, exporter: Exporter::new(), points, tolerance: 0.0 }
    }
}

/// What came of all points.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    pub right: usize,
    /// Where plain arithmetic is not enough, and where a branch changed.
    pub not_plain: usize,
    pub changed: usize,
    /// The numbers of the guards that failed there, in the order of the points.
    pub numbers: Vec<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Language {
    C,
    Rust,
}

/// Exports all programs, compiles them as one, runs them at their points, and compares. `None` where there is no compiler.
#[track_caller]
pub fn compare(language: Language, cases: &[Case]) -> Option<Outcome> {
    let folder = folder();
    let sources: Vec<Source> = (0..).zip(cases).map(|(k, case)| exported(language, case, k)).collect();
    let main = compile(language, &folder, &sources, cases)?;
    let mut input: Vec<f64> = Vec::new();
    for (k, case) in cases.iter().enumerate() {
        for x in &case.points {
            input.push(k as f64);
            input.extend(x);
        }
    }
    let bytes: Vec<u8> = input.iter().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(folder.join("in"), bytes).expect("a file for the points");
    let status = Command::new(main).current_dir(&folder).status().expect("the compiled programs run");
    assert!(status.success(), "{language:?}: {status}");
    let bytes = std::fs::read(folder.join("out")).expect("the results");
    let mut results = bytes.as_chunks::<8>().0.iter().map(|&bytes| f64::from_le_bytes(bytes));

    let mut outcome = Outcome::default();
    let mut wrong = Vec::new();
    for case in cases {
        for x in &case.points {
            let status = results.next().expect("a status");
            let found: Vec<f64> = results.by_ref().take(case.program.outputs()).collect();
            let right = case.program.call_to_vec(x);
            match (status as i32, right) {
                (0, Ok(right)) => {
                    outcome.right += 1;
                    let is_same = |(a, b): (&f64, &f64)| {
                        let is_near = (a - b).abs() <= case.tolerance * b.abs().max(1.0);
                        a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (case.tolerance > 0.0 && is_near)
                    };
                    if let Some(at) = found.iter().zip(&right).position(|pair| !is_same(pair)) {
                        wrong.push(format!(
                            "{} at {x:?}: result {at} is {:e}, not {:e}",
                            case.name, found[at], right[at]
                        ));
                    }
                }
                (-1, Ok(_)) => outcome.not_plain += 1,
                (number @ 1.., Err(_)) => {
                    outcome.changed += 1;
                    outcome.numbers.push(number);
                }
                (status, right) => wrong.push(format!("{} at {x:?}: status {status}, right is {right:?}", case.name)),
            }
        }
    }
    assert!(results.next().is_none(), "{language:?}: more results than points");
    assert!(wrong.is_empty(), "{language:?}: {} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    let _ = std::fs::remove_dir_all(folder);
    Some(outcome)
}

trait CallToVec {
    fn call_to_vec(&self, x: &[f64]) -> Result<Vec<f64>, String>;
}

impl CallToVec for Program {
    fn call_to_vec(&self, x: &[f64]) -> Result<Vec<f64>, String> {
        let mut y = vec![0.0; self.outputs()];
        self.call(x, &mut y).map(|()| y).map_err(|changed| changed.to_string())
    }
}

#[track_caller]
fn exported(language: Language, case: &Case, k: usize) -> Source {
    let name = format!("f{k}");
    let source = match language {
        Language::C => case.exporter.to_c(&case.program, &name),
        Language::Rust => case.exporter.to_rust(&case.program, &name),
    };
    source.unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

/// A folder of its own for each call.
fn folder() -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("export_{}_{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for sources");
    folder
}

/// The path of the program that reads points from the file `in` and writes statuses and results to the file `out`.
fn compile(language: Language, folder: &Path, sources: &[Source], cases: &[Case]) -> Option<PathBuf> {
    let (end, compiler) = match language {
        Language::C => ("c", std::env::var("CC").unwrap_or("cc".into())),
        Language::Rust => ("rs", std::env::var("RUSTC").unwrap_or("rustc".into())),
    };
    let found = Command::new(&compiler).arg("--version").output();
    if !found.is_ok_and(|output| output.status.success()) {
        println!("there is no `{compiler}`: exported programs were not compiled");
        return None;
    }
    for source in sources {
        std::fs::write(folder.join(format!("{}.{end}", source.name())), source.text()).expect("a file for a source");
        if let Some(data) = source.data() {
            std::fs::write(folder.join(source.data_name()), data).expect("a file for its data");
        }
    }
    let text = if language == Language::C { main_in_c(sources, cases) } else { main_in_rust(sources, cases) };
    std::fs::write(folder.join(format!("main.{end}")), text).expect("a file for the main program");
    let mut command = Command::new(&compiler);
    match language {
        Language::C => {
            command.args(["-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "main.c", "-lm"]);
            command.args(["-o", "main"]);
        }
        Language::Rust => {
            command.args(["--edition=2024", "-Copt-level=0", "-Ccodegen-units=1", "-Dwarnings", "main.rs"]);
            command.env_remove("RUSTFLAGS");
        }
    }
    let output = command.current_dir(folder).output().expect("the compiler runs");
    assert!(output.status.success(), "{language:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(folder.join("main"))
}

fn main_in_c(sources: &[Source], cases: &[Case]) -> String {
    let mut text = String::from("#include <stdio.h>\n#include <stdlib.h>\n");
    let mut calls = String::new();
    for (k, (source, case)) in sources.iter().zip(cases).enumerate() {
        let (inputs, outputs, memory) = (case.program.inputs(), case.program.outputs(), source.memory());
        let _ = writeln!(text, "#include \"f{k}.c\"");
        let data = match source.data() {
            Some(_) => format!(", load(\"{}\")", source.data_name()),
            None => String::new(),
        };
        let _ = writeln!(
            calls,
            "case {k}: {{ static double x[{}], y[{outputs}], w[{}]; read(x, {inputs}); s = f{k}(x, y, w{data}); write(s, y, {outputs}); break; }}",
            inputs.max(1),
            memory.max(1)
        );
    }
    text += "static FILE *in, *out;\n\
        static void read(double *x, size_t n) { if (fread(x, 8, n, in) != n) exit(2); }\n\
        static void write(int s, double *y, size_t n) { double d = s; fwrite(&d, 8, 1, out); fwrite(y, 8, n, out); }\n\
        static inline void *load(const char *name) { FILE *f = fopen(name, \"rb\"); fseek(f, 0, SEEK_END); long n = ftell(f); rewind(f);\n\
        void *p = malloc(n); if (fread(p, 1, n, f) != (size_t)n) exit(3); fclose(f); return p; }\n\
        int main(void) { double k; int s; in = fopen(\"in\", \"rb\"); out = fopen(\"out\", \"wb\");\n\
        while (fread(&k, 8, 1, in) == 1) switch ((int)k) {\n";
    text + &calls + "}\nfclose(out); return 0; }\n"
}

fn main_in_rust(sources: &[Source], cases: &[Case]) -> String {
    let mut text = String::from("use std::io::Write;\n");
    let mut calls = String::new();
    for (k, (source, case)) in sources.iter().zip(cases).enumerate() {
        let (inputs, outputs, memory) = (case.program.inputs(), case.program.outputs(), source.memory());
        let _ = writeln!(text, "mod f{k};");
        let _ = writeln!(
            calls,
            "{k} => {{ let mut x = vec![0.0; {inputs}]; x.fill_with(&mut next); let (mut y, mut w) = (vec![0.0; {outputs}], vec![7.0; {memory}]);\n\
             let s = f{k}::f{k}(x[..].try_into().unwrap(), (&mut y[..]).try_into().unwrap(), (&mut w[..]).try_into().unwrap());\n\
             out.extend((s.err().unwrap_or(0) as f64).to_le_bytes()); out.extend(y.iter().flat_map(|y| y.to_le_bytes())); }}"
        );
    }
    text += "fn main() {\n\
        let bytes = std::fs::read(\"in\").unwrap(); let mut out: Vec<u8> = Vec::new();\n\
        let count = bytes.len() / 8; let mut at = 0;\n\
        while at < count { let mut next = || { let x = f64::from_le_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap()); at += 1; x };\n\
        match next() as usize {\n";
    text + &calls + "_ => unreachable!() } }\nstd::fs::File::create(\"out\").unwrap().write_all(&out).unwrap(); }\n"
}
