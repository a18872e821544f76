//! The `prep` command. Everything it does is in the library.

fn main() -> std::process::ExitCode {
    prep::run()
}
