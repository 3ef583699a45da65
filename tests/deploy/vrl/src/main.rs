//! Compiles programs as Vector would: one a line of standard input, as `name<TAB>program` with the
//! program as a JSON string. Prints what is wrong with them and fails if anything is.

use std::io::{self, BufRead};

use vrl::compiler::compile;
use vrl::diagnostic::Formatter;

fn main() {
    let functions = vrl::stdlib::all();
    let mut failed = false;
    for line in io::stdin().lock().lines() {
        let line = line.expect("a line of text");
        let (name, program) = line.split_once('\t').expect("a name and a program");
        let program: String = serde_json::from_str(program).expect("a program as JSON string");
        let complaint = match compile(&program, &functions) {
            Ok(done) if done.warnings.is_empty() => continue,
            Ok(done) => Formatter::new(&program, done.warnings).to_string(),
            Err(errors) => Formatter::new(&program, errors).to_string(),
        };
        println!("{name}:\n{complaint}");
        failed = true;
    }
    std::process::exit(i32::from(failed));
}
