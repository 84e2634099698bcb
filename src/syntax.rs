//! Whether source files can be read by their language: Python, Go, TypeScript, shell and Protocol Buffers.
use tree_sitter::{Language, Node, Parser};

use crate::author::SyntaxFault;

/// The first place of a source file that its language doesn't allow; nothing for a language that isn't known.
pub fn faults(path: &str, text: &str) -> Vec<SyntaxFault> {
    let Some((name, language)) = language(path, text) else { return Vec::new() };
    let mut parser = Parser::new();
    let tree = parser.set_language(&language).ok().and_then(|()| parser.parse(text, None));
    let Some(tree) = tree else {
        return vec![SyntaxFault { line: 1, message: format!("the grammar of {name} can't be used") }];
    };
    let found = first_fault(tree.root_node());
    found.map(|node| told(name, node, text)).into_iter().collect()
}

/// The language of a file, by its ending or by the program that it names in its first line.
fn language(path: &str, text: &str) -> Option<(&'static str, Language)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let program = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
    let by_ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    Some(match by_ending {
        "py" => ("Python", tree_sitter_python::LANGUAGE.into()),
        "go" => ("Go", tree_sitter_go::LANGUAGE.into()),
        "ts" | "mts" => ("TypeScript", tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()),
        "tsx" => ("TypeScript", tree_sitter_typescript::LANGUAGE_TSX.into()),
        "proto" => ("Protocol Buffers", tree_sitter_proto::LANGUAGE.into()),
        "sh" | "bash" => ("shell", tree_sitter_bash::LANGUAGE.into()),
        _ if program.ends_with("sh") => ("shell", tree_sitter_bash::LANGUAGE.into()),
        _ if program.contains("python") => ("Python", tree_sitter_python::LANGUAGE.into()),
        _ => return None,
    })
}

/// The first node that is wrong or missing, from the top.
fn first_fault(node: Node) -> Option<Node> {
    if node.is_error() || node.is_missing() {
        return Some(node);
    }
    if !node.has_error() {
        return None;
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).find_map(first_fault)
}

fn told(language: &str, node: Node, text: &str) -> SyntaxFault {
    // What is missing at the end is shown at the last line that there is.
    let line = (node.start_position().row + 1).min(text.lines().count());
    let message = if node.is_missing() {
        format!("this is no {language}: `{}` is missing", node.kind())
    } else {
        let found = text.get(node.byte_range()).and_then(|text| text.lines().next()).unwrap_or_default();
        format!("this is no {language}, from `{}` on", found.trim().chars().take(40).collect::<String>())
    };
    SyntaxFault { line, message }
}

#[cfg(test)]
mod tests {
    use super::faults;

    /// A right and a wrong text of each language, and the line that is wrong.
    #[test]
    fn each_language_tells_right_from_wrong() {
        for (path, right, wrong, line) in [
            ("a.py", "def f(x):\n    return {**x}\n", "x = 1\ndef f(:\n    pass\n", 2),
            ("a.go", "package a\n\nfunc F[T any](x T) T { return x }\n", "package a\n\nfunc F( {\n}\n", 3),
            ("a.ts", "export const f = <T,>(x: T): T => x;\n", "const a = 1;\nconst b = (;\n", 2),
            ("a.tsx", "export const P = () => <a href=\"/\">x</a>;\n", "const P = () => <a>x</b;\n", 1),
            (
                "a.proto",
                "syntax = \"proto3\";\nmessage A { string b = 1; }\n",
                "syntax = \"proto3\";\nmessage A { string = 1; }\n",
                2,
            ),
            ("a.sh", "if [ -n \"$1\" ]; then echo \"${1#x}\"; fi\n", "echo a\nif true; then\necho b\n", 3),
            ("a", "#!/bin/sh\necho a\n", "#!/usr/bin/env bash\necho $(\n", 2),
        ] {
            assert_eq!(faults(path, right), [], "{path}");
            let lines: Vec<usize> = faults(path, wrong).iter().map(|fault| fault.line).collect();
            assert_eq!(lines, [line], "{path}: {:?}", faults(path, wrong));
        }
        assert_eq!(faults("a.txt", "def f(:"), []);
    }
}
