//! Owner, group, mode and extended attributes, which a file that replaces another one inherits.
use std::{fs::File, io};

/// Owner, group, mode, access control list and other extended attributes of a file. Empty on
/// systems without them, where a new file gets the permissions of its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights(system::Rights);

impl Rights {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        system::of(file).map(Self)
    }

    /// Applies them to another file as far as the system permits.
    ///
    /// If the owner, the group or the access control list cannot be kept, the mode is narrowed so
    /// that nobody gains access.
    pub(super) fn give(&self, file: &File) -> io::Result<()> {
        system::give(&self.0, file)
    }
}

#[cfg(not(unix))]
mod system {
    use std::{fs::File, io};

    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(super) struct Rights;

    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    pub(super) fn of(_file: &File) -> io::Result<Rights> {
        Ok(Rights)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    pub(super) fn give(_rights: &Rights, _file: &File) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
mod system {
    use std::{
        fs::{File, Permissions},
        io,
        os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown},
    };

    use super::attributes::{self, Attributes};

    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(super) struct Rights {
        owner: u32,
        group: u32,
        mode: u32,
        attributes: Attributes,
    }

    pub(super) fn of(file: &File) -> io::Result<Rights> {
        let metadata = file.metadata()?;
        Ok(Rights {
            owner: metadata.uid(),
            group: metadata.gid(),
            mode: metadata.mode(),
            attributes: attributes::read(file),
        })
    }

    pub(super) fn give(rights: &Rights, file: &File) -> io::Result<()> {
        let before = file.metadata()?;
        if before.uid() != rights.owner || before.gid() != rights.group {
            // Only the superuser gives files away; a member may choose the group.
            let given = fchown(file, Some(rights.owner), Some(rights.group))
                .or_else(|_| fchown(file, None, Some(rights.group)));
            drop(given);
        }
        let now = file.metadata()?;
        let kept = Kept {
            owner: now.uid() == rights.owner,
            group: now.gid() == rights.group,
            // The list names the owning group without its number: it must be the same group.
            list: attributes::give(&rights.attributes, file, now.gid() == rights.group),
        };
        let has_list = rights.attributes.has_list();
        file.set_permissions(Permissions::from_mode(mode(rights.mode, has_list, kept)))
    }

    /// What could be kept.
    #[derive(Clone, Copy, Debug)]
    pub(super) struct Kept {
        pub(super) owner: bool,
        pub(super) group: bool,
        pub(super) list: bool,
    }

    /// The mode under which nobody may do more than `mode` allowed with the owner, the group and
    /// the access control list of before.
    pub(super) fn mode(mode: u32, has_list: bool, kept: Kept) -> u32 {
        if kept.owner && kept.group && kept.list {
            return mode & 0o7777;
        }
        if has_list && !kept.list {
            // The bits of the group were a mask, and somebody may have been named to be kept out.
            return 0o600;
        }
        let (owner, mut group, mut other) = ((mode >> 6) & 7, (mode >> 3) & 7, mode & 7);
        if !kept.group {
            // Members of the new group were others before; those of the old group are others now.
            let both = group & other;
            (group, other) = (both, both);
        }
        if kept.owner {
            return (owner << 6) | (group << 3) | other;
        }
        // The old owner is a member of the group or one of the others now. The new one could read
        // and write before.
        0o600 | ((group & owner) << 3) | (other & owner)
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod attributes {
    use std::{ffi::CString, fs::File};

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};

    /// The access control list, as Linux shows it.
    const LIST: &[u8] = b"system.posix_acl_access";
    /// Bound to the bytes of a file, or of a meaning for programs only.
    const NOT_COPIED: [&[u8]; 3] = [b"security.ima", b"security.evm", b"security.capability"];
    /// The longest value, and the longest list of names, on Linux.
    const VALUE_MAX: usize = 64 << 10;
    const TOTAL_MAX: usize = 1 << 20;

    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(super) struct Attributes(Vec<(CString, Vec<u8>)>);

    impl Attributes {
        /// Whether there is an access control list beside the mode.
        pub(super) fn has_list(&self) -> bool {
            self.0.iter().any(|(name, _)| name.as_bytes() == LIST)
        }
    }

    /// The attributes of a file; none where the file system has none.
    pub(super) fn read(file: &File) -> Attributes {
        let mut names = vec![0_u8; VALUE_MAX];
        let Ok(len) = flistxattr(file, &mut names[..]) else {
            return Attributes::default();
        };
        names.truncate(len);
        let mut found = Vec::new();
        let mut total = 0_usize;
        for name in names
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
        {
            let (Ok(name), false) = (CString::new(name), NOT_COPIED.contains(&name)) else {
                continue;
            };
            let mut value = vec![0_u8; VALUE_MAX];
            let Ok(len) = fgetxattr(file, name.as_c_str(), &mut value[..]) else {
                continue;
            };
            value.truncate(len);
            total = total.saturating_add(len);
            if total > TOTAL_MAX {
                break;
            }
            found.push((name, value));
        }
        Attributes(found)
    }

    /// Gives attributes to a file; whether its access control list is that of before. Attributes
    /// that the system refuses are left out.
    pub(super) fn give(attributes: &Attributes, file: &File, with_list: bool) -> bool {
        // Without one of its own, the file may have taken the list of its folder.
        fremovexattr(file, LIST).ok();
        let mut kept = !attributes.has_list();
        for (name, value) in &attributes.0 {
            let is_list = name.as_bytes() == LIST;
            if is_list && !with_list {
                continue;
            }
            let set = fsetxattr(file, name.as_c_str(), value, XattrFlags::empty());
            kept |= is_list && set.is_ok();
        }
        kept
    }
}

#[cfg(all(
    unix,
    not(any(target_os = "linux", target_os = "android", target_vendor = "apple"))
))]
mod attributes {
    use std::fs::File;

    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(super) struct Attributes;

    impl Attributes {
        pub(super) fn has_list(&self) -> bool {
            false
        }
    }

    pub(super) fn read(_file: &File) -> Attributes {
        Attributes
    }

    pub(super) fn give(_attributes: &Attributes, _file: &File, _with_list: bool) -> bool {
        true
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::system::{Kept, mode};

    const ALL: Kept = Kept {
        owner: true,
        group: true,
        list: true,
    };

    #[test]
    fn what_can_be_kept_is_kept() {
        assert_eq!(mode(0o100_640, false, ALL), 0o640);
        assert_eq!(mode(0o102_664, true, ALL), 0o2664);
    }

    #[test]
    fn a_member_who_writes_the_file_anew_leaves_it_to_the_group() {
        let kept = Kept {
            owner: false,
            ..ALL
        };
        assert_eq!(mode(0o660, false, kept), 0o660);
        assert_eq!(mode(0o640, false, kept), 0o640);
        // The old owner, who is in the group now, could not write.
        assert_eq!(mode(0o466, false, kept), 0o644);
    }

    #[test]
    fn another_group_never_gets_what_the_group_had() {
        let kept = Kept {
            group: false,
            ..ALL
        };
        assert_eq!(mode(0o660, false, kept), 0o600);
        assert_eq!(mode(0o664, false, kept), 0o644);
        // Whom the group kept out stays out.
        assert_eq!(mode(0o604, false, kept), 0o600);
    }

    #[test]
    fn without_its_access_control_list_a_file_is_for_its_owner_only() {
        let kept = Kept { list: false, ..ALL };
        assert_eq!(mode(0o664, true, kept), 0o600);
    }

    #[test]
    fn no_mode_is_wider_than_before_whatever_is_kept() {
        for before in 0..0o1000 {
            for lost in 0..4 {
                let kept = Kept {
                    owner: lost & 1 == 0,
                    group: lost & 2 == 0,
                    list: true,
                };
                let after = mode(before, false, kept);
                assert_eq!(after & 0o007 & !before, 0, "{before:o} became {after:o}");
                let group = (before >> 3) & 7;
                let allowed = if kept.group { group } else { group & before };
                assert_eq!(
                    (after >> 3) & 7 & !allowed,
                    0,
                    "{before:o} became {after:o}"
                );
            }
        }
    }
}
