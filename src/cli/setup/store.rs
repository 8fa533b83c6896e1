//! Writing what setup has found out: each file whole or not at all, secrets for their owner alone.
use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access},
    process::geteuid,
};

/// Of files that everybody may read, of secrets, and of their directory.
const PLAIN: u32 = 0o644;
const SECRET: u32 = 0o600;
const SECRET_DIRECTORY: u32 = 0o700;

/// Whether files can be made in the directory, or it be made, by this user.
pub fn is_writable(directory: &Path) -> io::Result<()> {
    let there = directory.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    Ok(access(there, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Writes a file that everybody may read. One that is there keeps its mode and owner, and a link stays one.
pub fn plain(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = match fs::canonicalize(path) {
        Ok(path) => path,
        Err(error) if error.kind() == ErrorKind::NotFound => path.into(),
        Err(error) => return Err(error),
    };
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o755).create(directory)?;
    let mode = fs::metadata(&path).map_or(PLAIN, |it| it.mode() & 0o777);
    replace(&path, content, mode)
}

/// Writes a secret into the directory, which is made, or closed to others, first.
pub fn secret(directory: &Path, name: &str, value: &str) -> io::Result<()> {
    if let Some(above) = directory.parent() {
        DirBuilder::new().recursive(true).mode(0o755).create(above)?;
    }
    match DirBuilder::new().mode(SECRET_DIRECTORY).create(directory) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => close(directory)?,
        made => made?,
    }
    replace(&directory.join(name), format!("{value}\n").as_bytes(), SECRET)
}

/// Closes a directory that is there to others. Whoever it belongs to could open it again: that may be this user, or whose
/// the settings are. What a link leads to may be there for others, and is not closed to them.
fn close(directory: &Path) -> io::Result<()> {
    let above = directory.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (there, behind, above) =
        (fs::symlink_metadata(directory)?, fs::metadata(directory)?, fs::metadata(above)?);
    let ours = [geteuid().as_raw(), above.uid()];
    if let Some(stranger) = [&there, &behind].iter().map(|it| it.uid()).find(|owner| !ours.contains(owner)) {
        return Err(io::Error::other(format!(
            "{} belongs to somebody else (user {stranger})",
            directory.display()
        )));
    }
    match there.is_symlink() {
        true if behind.mode() & 0o077 != 0 => Err(io::Error::other(format!(
            "{} is a link to a directory that is open to others",
            directory.display()
        ))),
        true => Ok(()),
        false => fs::set_permissions(directory, Permissions::from_mode(SECRET_DIRECTORY)),
    }
}

/// Takes a secret away.
pub fn forget(directory: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(directory.join(name)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| sync_directory(directory)),
    }
}

/// After a power cut either the old or the new file is there.
fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(ErrorKind::IsADirectory)?.to_string_lossy();
    let fresh: PathBuf = directory.join(format!(".{name}.new"));
    // What an earlier try left behind, or somebody has put there to have it written through.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
        if let Ok(before) = fs::symlink_metadata(path)
            && before.is_file()
        {
            // Only root can, and only where it must.
            let _ = fchown(&file, Some(before.uid()), Some(before.gid()));
        }
        // Whatever the umask.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(&fresh)))?;
    sync_directory(directory)
}

/// A change of a directory survives a power cut from here on.
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{chown, symlink};

    struct Temp(PathBuf);

    impl Temp {
        fn new() -> Temp {
            let path = std::env::temp_dir().join(format!("scribe-store-{}", uuid::Uuid::new_v4()));
            fs::create_dir(&path).unwrap();
            Temp(path)
        }

        fn mode(&self, name: &str) -> u32 {
            fs::metadata(self.0.join(name)).unwrap().mode() & 0o7777
        }
    }

    impl Drop for Temp {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_secret_is_its_owners_alone_and_so_is_its_directory() {
        let temp = Temp::new();
        let secrets = temp.0.join("etc/secrets");
        secret(&secrets, "db_password", "hunter2").unwrap();
        assert_eq!((temp.mode("etc/secrets"), temp.mode("etc/secrets/db_password")), (0o700, 0o600));
        // Others' modes are put right.
        fs::set_permissions(&secrets, Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(secrets.join("db_password"), Permissions::from_mode(0o644)).unwrap();
        secret(&secrets, "db_password", "hunter3").unwrap();
        assert_eq!((temp.mode("etc/secrets"), temp.mode("etc/secrets/db_password")), (0o700, 0o600));
        assert_eq!(fs::read_to_string(secrets.join("db_password")).unwrap(), "hunter3\n");
        assert_eq!(fs::read_dir(&secrets).unwrap().count(), 1);
        forget(&secrets, "db_password").unwrap();
        forget(&secrets, "db_password").unwrap();
        assert_eq!(fs::read_dir(&secrets).unwrap().count(), 0);
    }

    #[test]
    fn nobody_elses_directory_gets_a_secret_or_is_closed_to_others() {
        let temp = Temp::new();
        let [secrets, others] = ["secrets", "others"].map(|name| temp.0.join(name));
        fs::create_dir(&others).unwrap();
        fs::set_permissions(&others, Permissions::from_mode(0o755)).unwrap();
        symlink(&others, &secrets).unwrap();
        let refused = || secret(&secrets, "db_password", "hunter2").unwrap_err().to_string();
        assert!(refused().contains("a link to a directory that is open to others"));
        assert_eq!((temp.mode("others"), fs::read_dir(&others).unwrap().count()), (0o755, 0));
        fs::set_permissions(&others, Permissions::from_mode(0o700)).unwrap();
        secret(&secrets, "db_password", "hunter2").unwrap();
        forget(&secrets, "db_password").unwrap();
        // Only root can make something somebody else's.
        if chown(&others, Some(65_534), None).is_ok() {
            assert!(refused().contains("belongs to somebody else (user 65534)"));
            assert_eq!(fs::read_dir(&others).unwrap().count(), 0);
        }
    }

    #[test]
    fn settings_keep_their_mode_and_their_link() {
        let temp = Temp::new();
        plain(&temp.0.join("new.toml"), b"a").unwrap();
        assert_eq!(temp.mode("new.toml"), 0o644);
        let (file, link) = (temp.0.join("real.toml"), temp.0.join("link.toml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        plain(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), temp.mode("real.toml")), ("new", 0o640));
    }

    #[test]
    fn nothing_is_written_through_a_link_that_lies_in_wait() {
        let temp = Temp::new();
        let victim = temp.0.join("victim");
        fs::write(&victim, "untouched").unwrap();
        symlink(&victim, temp.0.join(".key.new")).unwrap();
        symlink(&victim, temp.0.join("key")).unwrap();
        secret(&temp.0, "key", "hunter2").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
        assert_eq!(temp.mode("key"), 0o600);
    }
}
