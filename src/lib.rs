pub mod arm;
pub mod emulator;
