//! Dockerfiles as stages of instructions.
use super::running::words;

/// A Dockerfile.
#[derive(Debug)]
pub(super) struct Dockerfile<'a> {
    pub path: &'a str,
    pub stages: Vec<Stage>,
    /// `ARG`s before the first stage, with their defaults.
    pub arguments: Vec<(String, Option<String>)>,
}

/// One stage.
#[derive(Debug)]
pub(super) struct Stage {
    pub line: usize,
    /// What it starts from: an image, or an earlier stage.
    pub base: String,
    pub name: Option<String>,
    pub platform: Option<String>,
    pub instructions: Vec<Instruction>,
}

/// One instruction, continuation lines joined.
#[derive(Debug)]
pub(super) struct Instruction {
    pub line: usize,
    pub keyword: String,
    /// Options such as `--from=build`, without the dashes.
    pub flags: Vec<String>,
    pub text: String,
}

impl Instruction {
    /// The value of an option.
    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find_map(|flag| flag.strip_prefix(name)?.strip_prefix('='))
    }

    /// The argument vector of the exec form.
    pub(super) fn exec(&self) -> Option<Vec<String>> {
        serde_json::from_str(&self.text).ok()
    }

    /// The arguments as words, in either form.
    pub(super) fn words(&self) -> Vec<String> {
        self.exec().unwrap_or_else(|| words(&self.text))
    }
}

impl<'a> Dockerfile<'a> {
    /// Reads a Dockerfile.
    pub(super) fn new(path: &'a str, text: &str) -> Self {
        let mut file = Self { path, stages: Vec::new(), arguments: Vec::new() };
        for instruction in instructions(text) {
            if instruction.keyword == "FROM" {
                file.stages.push(stage(instruction));
            } else if let Some(stage) = file.stages.last_mut() {
                stage.instructions.push(instruction);
            } else if instruction.keyword == "ARG" {
                for word in words(&instruction.text) {
                    let (name, default) = word.split_once('=').map_or((word.as_str(), None), |(n, d)| (n, Some(d)));
                    file.arguments.push((name.to_owned(), default.map(str::to_owned)));
                }
            }
        }
        file
    }

    /// The directory that holds it: the build context of generated services.
    pub(super) fn directory(&self) -> &'a str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    /// The earlier stage that a stage starts from.
    pub(super) fn parent(&self, stage: &Stage) -> Option<&Stage> {
        self.stages.iter().find(|other| {
            other.line < stage.line && other.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&stage.base))
        })
    }

    /// The last stage and those that it starts from, the last one first.
    pub(super) fn final_chain(&self) -> Vec<&Stage> {
        let mut chain: Vec<&Stage> = self.stages.last().into_iter().collect();
        while let Some(parent) = chain.last().and_then(|stage| self.parent(stage)) {
            chain.push(parent);
        }
        chain
    }

    /// The instruction of that name that counts in the image: the last one along the chain.
    pub(super) fn effective(&self, keyword: &str) -> Option<&Instruction> {
        self.final_chain()
            .into_iter()
            .find_map(|stage| stage.instructions.iter().rev().find(|one| one.keyword == keyword))
    }

    /// The text with `${ARG}` of this file's global arguments replaced by their defaults.
    pub(super) fn resolved(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, default) in &self.arguments {
            if let Some(default) = default {
                text = text.replace(&format!("${{{name}}}"), default).replace(&format!("${name}"), default);
            }
        }
        text
    }
}

fn stage(from: Instruction) -> Stage {
    let words: Vec<&str> = from.text.split_whitespace().collect();
    let name = words.iter().position(|word| word.eq_ignore_ascii_case("as")).and_then(|as_| words.get(as_ + 1));
    Stage {
        line: from.line,
        base: words.first().copied().unwrap_or_default().to_owned(),
        name: name.map(|name| (*name).to_owned()),
        platform: from.flag("platform").map(str::to_owned),
        instructions: Vec::new(),
    }
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut joined = line.to_owned();
        while joined.ends_with('\\') {
            joined.pop();
            match lines.by_ref().map(|(_, line)| line.trim()).find(|line| !line.starts_with('#')) {
                Some(next) => joined.push_str(next),
                None => break,
            }
        }
        skip_heredoc(&joined, &mut lines);
        let (keyword, mut rest) = joined.split_once(char::is_whitespace).unwrap_or((&joined, ""));
        let mut flags = Vec::new();
        rest = rest.trim_start();
        while let Some(flag) = rest.strip_prefix("--") {
            let (flag, after) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
            flags.push(flag.to_owned());
            rest = after.trim_start();
        }
        let text = rest.to_owned();
        found.push(Instruction { line: index + 1, keyword: keyword.to_ascii_uppercase(), flags, text });
    }
    found
}

/// Moves past the lines of a here-document, which are no instructions.
fn skip_heredoc<'t>(line: &str, lines: &mut impl Iterator<Item = (usize, &'t str)>) {
    let Some((_, after)) = line.split_once("<<") else { return };
    let word = after.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(word.len());
    let word = &word[..end];
    if !word.is_empty() {
        let _ = lines.find(|(_, line)| line.trim() == word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_flags_and_continuations() {
        let text = "ARG V=1.2\n# c\nFROM --platform=$BUILDPLATFORM img:${V} AS build\nRUN a && \\\n  # note\n  b\nRUN <<EOF\nUSER root\nEOF\n\
                    FROM build\nCOPY --from=build /a /b\nUSER 1000:1000\nCMD [\"x\", \"y\"]\n";
        let file = Dockerfile::new("apps/x/Dockerfile", text);
        assert_eq!(file.stages.len(), 2);
        assert_eq!(file.resolved(&file.stages[0].base), "img:1.2");
        assert_eq!(file.stages[0].platform.as_deref(), Some("$BUILDPLATFORM"));
        assert_eq!(file.final_chain().len(), 2);
        let user = file.effective("USER").unwrap();
        assert_eq!((user.line, user.text.as_str()), (12, "1000:1000"));
        assert_eq!(file.effective("CMD").unwrap().exec().unwrap(), ["x", "y"]);
        assert_eq!(file.stages[1].instructions[0].flag("from"), Some("build"));
    }
}
