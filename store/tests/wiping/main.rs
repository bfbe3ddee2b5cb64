//! With the allocator of the program, which wipes freed memory, a closed store leaves no text.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a failed test is what a failed unwrap should be"
)]

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

#[path = "../it/secrets.rs"]
mod secrets;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// Whether freed memory is wiped here.
const WIPES_FREED_MEMORY: bool = true;
