//! Static files: joined, named after what is in them, and compressed, once per build.
//!
//! `static/css/*.css` become `app.css` and `static/js/*.js` become `app.js`, in the order of their
//! names (a name that starts with `_` comes first). Other files of `static/` stay what they are.
//! What comes out is `assets.rs`: one constant per file with its address, so that a template that
//! names a file that is not there does not compile, and the list that the handler serves.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::node_modules::SCRIPTS;

struct File {
    /// The name that templates know it by: `app.css`.
    name: String,
    body: Vec<u8>,
}

/// Writes `assets.rs` and the bodies that it includes.
pub fn write() -> Result<(), String> {
    println!("cargo:rerun-if-changed=static");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|error| error.to_string())?);
    let mut code = String::new();
    let mut list = String::new();
    for file in files()? {
        let digest = Sha256::digest(&file.body);
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let (stem, extension) =
            file.name.split_once('.').ok_or("a static file has no extension")?;
        let address = format!("/static/{stem}.{hash}.{extension}");
        let constant = file.name.replace(['.', '-'], "_").to_uppercase();
        save(&out.join(&file.name), &file.body)?;
        save(&out.join(format!("{}.br", file.name)), &compressed(&file.body)?)?;
        code += &format!(
            "/// The address of `{0}`.\npub const {constant}: &str = \"{address}\";\n",
            file.name
        );
        list += &format!(
            "Asset {{ address: {constant}, media_type: \"{}\", hash: \"{hash}\", \
             plain: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{1}\")), \
             brotli: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{1}.br\")) }},\n",
            media_type(extension)?,
            file.name
        );
    }
    code += &format!("/// Every static file.\npub const ALL: &[Asset] = &[\n{list}];\n");
    save(&out.join("assets.rs"), code.as_bytes())
}

fn files() -> Result<Vec<File>, String> {
    let css = tightened(joined("static/css", "css")?);
    // One function around all, so that nothing of ours is a global name.
    let js = format!("(() => {{\n'use strict';\n{}}})();\n", joined("static/js", "js")?);
    let mut files = vec![
        File { name: "app.css".to_owned(), body: css.into_bytes() },
        File { name: "app.js".to_owned(), body: js.into_bytes() },
    ];
    for path in sorted("static")?.into_iter().filter(|path| path.is_file()) {
        files.push(File { name: name(&path), body: read(&path)? });
    }
    for (name, path) in SCRIPTS {
        files.push(File { name: name.to_owned(), body: read(Path::new(path))? });
    }
    Ok(files)
}

/// All files of a folder as one, without indentation and comments that fill whole lines.
fn joined(folder: &str, extension: &str) -> Result<String, String> {
    let mut joined = String::new();
    for path in sorted(folder)? {
        if path.extension().is_none_or(|found| found != extension) {
            return Err(format!("{} is no .{extension} file", path.display()));
        }
        let text = String::from_utf8(read(&path)?).map_err(|error| error.to_string())?;
        let lines = text.lines().map(str::trim).filter(|line| {
            let comment =
                line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
            !line.is_empty() && !comment
        });
        for line in lines {
            joined += line;
            joined.push('\n');
        }
    }
    Ok(joined)
}

/// Styles without the comments and spaces that only people need. None of these stands in a text
/// of ours.
fn tightened(css: String) -> String {
    let mut parts = css.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.split_once("*/"));
    let bare = rest.fold(first, |bare, (_, code)| bare.trim_end_matches(' ').to_owned() + code);
    let loose = [
        (" { ", "{"),
        (" {\n", "{"),
        ("; }", "}"),
        (" }", "}"),
        ("; ", ";"),
        (": ", ":"),
        (", ", ","),
        (";\n", ";"),
        ("}\n", "}"),
        ("} ", "}"),
        (" > ", ">"),
    ];
    loose.into_iter().fold(bare, |css, (loose, tight)| css.replace(loose, tight))
}

fn sorted(folder: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{folder}: {error}"))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    paths.sort_by_key(|path| {
        let name = name(path);
        (!name.starts_with('_'), name)
    });
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn media_type(extension: &str) -> Result<&'static str, String> {
    match extension {
        "css" => Ok("text/css; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "svg" => Ok("image/svg+xml"),
        other => Err(format!("no media type is known for .{other}")),
    }
}

fn compressed(body: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 11, 22);
    writer.write_all(body).map_err(|error| error.to_string())?;
    drop(writer);
    Ok(out)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn save(path: &Path, body: &[u8]) -> Result<(), String> {
    fs::write(path, body).map_err(|error| format!("{}: {error}", path.display()))
}
