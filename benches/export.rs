//! Value and gradient by exported C, beside the plain function, the tape and, where there is one, an adjoint by hand.
//!
//! `cargo bench --features graph --bench export` prints the table; `-- F4` does so for the rows whose name contains `F4`. The C is
//! compiled by `gcc -O3 -march=native -ffp-contract=off` and timed in a process of its own, by the same clock of CPU time: the best of 25
//! samples. Without `--bench` programs are exported, and nothing is compiled.
//!
//! Columns: microseconds of the plain function, of the adjoint by hand, of the tape, of the program and of the C; the C as a ratio to the
//! plain function and to the adjoint by hand; and kilobytes of source and of data, and seconds that gcc takes.

#[path = "../tests/common/adbench/mod.rs"]
mod adbench;
#[allow(dead_code)] // medians
mod clock;
#[path = "../tests/common/problems.rs"]
#[allow(dead_code)] // and problems for Hessians
mod problems;
#[path = "../tests/common/programs.rs"]
#[allow(dead_code)] // adverse ones
mod programs;

use adbench::gmm::Mixture;
use clock::{Run, compare};
use dualtape::ScalarFunction;
use dualtape::graph::{Exporter, Graph, Program, Source};
use problems::{Adjoint, Problem};
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

fn main() {
    let mut table = Table { run: Run::from_arguments() };
    if table.run.timed {
        println!(
            "{:24}{:>10}{:>10}{:>10}{:>10}{:>10} |{:>7}{:>8} |{:>8}{:>8}{:>7}",
            "", "f64", "hand", "tape", "program", "C", "/ f64", "/ hand", "kB", "data kB", "gcc s"
        );
    }
    problems::gradient_set(&mut table);
    if table.run.timed && table.run.wants("ADBench GMM d10 K25") {
        let adbench::Problem { function, x0, .. } = Mixture::read("gmm/1k/gmm_d10_K25.txt");
        table.row("ADBench GMM d10 K25", &function, &x0, None);
    }
    programs::all(&mut table);
}

struct Table {
    run: Run,
}

impl problems::Visitor for Table {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let mut g = vec![0.0; problem.x0.len()];
        let mut hand = || {
            black_box(problem.function.adjoint(black_box(&problem.x0), black_box(&mut g)));
        };
        self.row(problem.name, &problem.function, &problem.x0, Some(&mut hand));
    }
}

impl programs::Visitor for Table {
    fn visit(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64]) {
        self.row(name, f, x, None);
    }
}

impl Table {
    fn row(&mut self, name: &str, f: &impl ScalarFunction, x: &[f64], hand: Option<&mut dyn FnMut()>) {
        if !self.run.wants(name) {
            return;
        }
        let program = Graph::record(f, x).compile_value_and_gradient();
        // The rule of F6.
        let exporter = Exporter::new().with_rule("erf", "erf(x)", "x");
        let source = exporter.to_c(&program, "f").unwrap_or_else(|error| panic!("{name}: {error}"));
        if !self.run.timed {
            println!("{name}: {} bytes of C", source.text().len());
            return;
        }
        let Some((by_c, gcc)) = time_in_c(&program, &source, x) else {
            println!("{name}: there is no gcc, or it takes more than five minutes");
            return;
        };
        let mut plain = || {
            black_box(f.eval(black_box(x)));
        };
        let by_hand = hand.map(|hand| compare(&mut plain, hand).best * 1e6);
        let mut g = vec![0.0; x.len()];
        let by_tape = || {
            black_box(dualtape::value_and_gradient_into(|x| f.eval(x), black_box(x), black_box(&mut g)));
        };
        let tape = compare(&mut plain, by_tape);
        let mut out = vec![0.0; x.len() + 1];
        let by_program = compare(&mut plain, || {
            black_box(program.call(black_box(x), black_box(&mut out))).expect("no branch changes there")
        });
        let plain = tape.baseline.min(by_program.baseline) * 1e6;
        let or_none = |x: Option<f64>| x.map_or(String::new(), |x| format!("{x:.2}"));
        println!(
            "{name:24}{plain:>10.2}{:>10}{:>10.2}{:>10.2}{by_c:>10.2} |{:>7.2}{:>8} |{:>8}{:>8}{gcc:>7.1}",
            or_none(by_hand),
            tape.best * 1e6,
            by_program.best * 1e6,
            by_c / plain,
            or_none(by_hand.map(|hand| by_c / hand)),
            source.text().len() / 1000,
            source.data().map_or(0, <[u8]>::len) / 1000,
        );
    }
}

/// Microseconds of a call, and seconds of CPU time that gcc takes.
fn time_in_c(program: &Program, source: &Source, x: &[f64]) -> Option<(f64, f64)> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("export_bench_{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the source");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file for the source");
    write("f.c", source.text().as_bytes());
    write("x", &x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    if let Some(data) = source.data() {
        write("f.bin", data);
    }
    let data = if source.data().is_some() { ", data" } else { "" };
    let (inputs, outputs, memory) = (program.inputs(), program.outputs(), source.memory().max(1));
    write("main.c", main_in_c(inputs, outputs, memory, data).as_bytes());
    let flags = ["-std=gnu11", "-O3", "-march=native", "-ffp-contract=off", "f.c", "main.c", "-lm", "-o", "main"];
    let start = Instant::now();
    let status = Command::new("timeout").arg("300").arg("gcc").args(flags).current_dir(&folder).status();
    let gcc = start.elapsed().as_secs_f64();
    if !status.is_ok_and(|status| status.success()) {
        return None;
    }
    let output = Command::new(folder.join("main")).current_dir(&folder).output().expect("it was compiled");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().map(|word| word.parse::<f64>().expect("numbers"));
    let (status, value, seconds) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let mut out = vec![0.0; outputs];
    program.call(x, &mut out).expect("no branch changes there");
    assert!(
        status == 0.0 && (value - out[0]).abs() <= 1e-12 * out[0].abs(),
        "status {status}, {value}, not {}",
        out[0]
    );
    std::fs::remove_dir_all(folder).expect("the folder is there");
    Some((seconds * 1e6, gcc))
}

fn main_in_c(inputs: usize, outputs: usize, memory: usize, data: &str) -> String {
    let parameter = if data.is_empty() { "" } else { ", const void *" };
    format!(
        r#"#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int f(const double *, double *, double *{parameter});
static double x[{inputs}] __attribute__((aligned(64))), y[{outputs}] __attribute__((aligned(64))), w[{memory}] __attribute__((aligned(64)));
static double now(void) {{ struct timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }}
static void *read_all(const char *name) {{ FILE *file = fopen(name, "rb"); if (!file) return 0; fseek(file, 0, SEEK_END);
    long n = ftell(file); rewind(file); void *p = aligned_alloc(64, (n + 63) / 64 * 64); if (fread(p, 1, n, file) != (size_t)n) exit(1); return p; }}
int main(void)
{{
    const double *point = read_all("x"); const void *data = read_all("f.bin"); (void)data;
    for (int k = 0; k < {inputs}; k++) x[k] = point[k];
    double best = 1e9; long calls = 1; int status = 0;
    for (int sample = 0; sample < 40; sample++) {{
        double start = now();
        for (long k = 0; k < calls; k++) {{ status |= f(x, y, w{data}); __asm__ volatile("" ::: "memory"); }}
        double each = (now() - start) / calls;
        if (each * calls < 3e-3) calls *= 2; else if (each < best) best = each;
    }}
    printf("%d %.17g %.9g\n", status, y[0], best);
    return 0;
}}
"#
    )
}
