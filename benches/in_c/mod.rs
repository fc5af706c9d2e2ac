//! The C of a program, compiled by `gcc -O3 -march=native -ffp-contract=off` and timed in a process of its own.

use dualtape::graph::{ExportError, Exporter, Program, Source};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Longer than this, in seconds, nobody waits for gcc.
const PATIENCE: &str = "120";

/// What the C of a program takes.
pub struct InC {
    /// Seconds of a call: the best of 40 samples, by the clock of the thread's CPU time.
    pub call: f64,
    /// Seconds of wall time that gcc takes.
    pub gcc: f64,
    /// Bytes of the source, and of the file of data beside it.
    pub source: usize,
    pub data: usize,
}

/// The C of a program. The error function of the problem F6 is a rule of a user, which brings its name in C.
pub fn source(program: &Program) -> Result<Source, ExportError> {
    Exporter::new().with_rule("erf", "erf(x)", "x").to_c(program, "f")
}

/// Times the C at a point; none if there is no gcc, or if it takes too long.
pub fn time(program: &Program, source: &Source, x: &[f64]) -> Option<InC> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("in_c_{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the source");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file for the source");
    write("f.c", source.text().as_bytes());
    write("x", &x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    if let Some(data) = source.data() {
        write("f.bin", data);
    }
    let passed = if source.data().is_some() { ", data" } else { "" };
    let (inputs, outputs, memory) = (program.inputs(), program.outputs(), source.memory().max(1));
    write("main.c", main_in_c(inputs, outputs, memory, passed).as_bytes());
    let flags = ["-std=gnu11", "-O3", "-march=native", "-ffp-contract=off", "f.c", "main.c", "-lm", "-o", "main"];
    let start = Instant::now();
    let status = Command::new("timeout").arg(PATIENCE).arg("gcc").args(flags).current_dir(&folder).status();
    let gcc = start.elapsed().as_secs_f64();
    let is_compiled = status.is_ok_and(|status| status.success());
    let output = is_compiled.then(|| Command::new(folder.join("main")).current_dir(&folder).output());
    std::fs::remove_dir_all(&folder).expect("the folder is there");
    let text = String::from_utf8_lossy(&output?.expect("a program that was compiled runs").stdout).into_owned();
    let mut numbers = text.split_whitespace().map(|word| word.parse::<f64>().expect("numbers"));
    let (status, value, seconds) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let mut out = vec![0.0; outputs];
    program.call(x, &mut out).expect("no branch changes there");
    assert!(
        status == 0.0 && (value - out[0]).abs() <= 1e-12 * out[0].abs(),
        "status {status}, {value}, not {}",
        out[0]
    );
    let data = source.data().map_or(0, <[u8]>::len);
    Some(InC { call: seconds, gcc, source: source.text().len(), data })
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
