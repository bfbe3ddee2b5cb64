//! Reading a new generation back, so that a faulty disk or memory does not destroy a good file.
use crate::{
    control::{Control, Phase},
    file::{
        disk::system_error::SystemError,
        format::{
            corruption::{CorruptKind, Corruption},
            header::{self, DATA_OFFSET},
        },
        keys::seal::Dek,
        read::{
            assemble::Assembly,
            header_copies::HeaderCopies,
            open_error::OpenError,
            walk::{Walk, WalkError},
        },
        write::{compact_error::CompactError, store_file::Generation},
    },
};

/// Reads both headers and authenticates every frame of a new generation.
pub(crate) fn read_back(
    generation: &Generation,
    dek: &Dek,
    control: &Control,
) -> Result<(), CompactError> {
    read_headers(generation, dek)?;
    let walk = Walk {
        file: &*generation.file,
        len: generation.chain.offset,
        cipher: &generation.cipher,
        control,
        phase: Phase::Verifying,
    };
    let mut assembly = Assembly::new(false);
    let incomplete = not_as_written(DATA_OFFSET, CorruptKind::SnapshotIncomplete);
    match walk.run(&mut assembly) {
        Ok(None) if assembly.committed == generation.chain && assembly.in_journal() => Ok(()),
        Ok(Some(stop)) => Err(CompactError::NotAsWritten(stop.corruption())),
        Ok(None) | Err(WalkError::UnknownKind) => Err(incomplete),
        Err(WalkError::Io(error)) => Err(error.into()),
        Err(WalkError::Cancelled(cancelled)) => Err(cancelled.into()),
        Err(WalkError::OutOfMemory) => Err(SystemError::OutOfMemory.into()),
        Err(WalkError::Corrupt(corruption)) => Err(CompactError::NotAsWritten(corruption)),
    }
}

fn read_headers(generation: &Generation, dek: &Dek) -> Result<(), CompactError> {
    let file = &*generation.file;
    let copies = match HeaderCopies::read(file, generation.chain.offset) {
        Ok(copies) => copies,
        Err(OpenError::System(error)) => return Err(error.into()),
        Err(_) => return Err(not_as_written(0, CorruptKind::Auth)),
    };
    let as_written = copies.current.authenticate(dek).as_ref() == Some(&generation.header);
    if !copies.in_step() || !as_written {
        return Err(not_as_written(0, CorruptKind::Auth));
    }
    match header::padding_fault(file)? {
        Some(offset) => Err(not_as_written(offset, CorruptKind::Padding)),
        None => Ok(()),
    }
}

fn not_as_written(offset: u64, kind: CorruptKind) -> CompactError {
    let corruption = Corruption {
        offset,
        seq: 0,
        kind,
    };
    CompactError::NotAsWritten(corruption)
}
