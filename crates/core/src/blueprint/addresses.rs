//! Names and addresses on the network, with one meaning for questions, `project:` and `environments:`.
use url::{Host, Url};

/// A name that certificates and DNS records can be for: at least two labels (RFC 1123).
pub fn domain(text: &str) -> Result<(), String> {
    if matches!(Host::parse(text), Ok(Host::Ipv4(_) | Host::Ipv6(_))) {
        return Err(format!(
            "`{text}` is not a domain: it is the address of a machine, and certificates are for names"
        ));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let labels: Vec<_> = text.split('.').collect();
    let named = matches!(Host::parse(text), Ok(Host::Domain(_)));
    if labels.len() < 2 || !labels.iter().all(|part| label(part)) || text.len() > 200 || !named {
        return Err(format!(
            "`{text}` is not a domain: lower-case letters, digits and hyphens in two or more labels, without a scheme or path"
        ));
    }
    Ok(())
}

/// The host name of an environment: a domain, or `localhost` on the developer's own machine.
pub fn host(text: &str, local: bool) -> Result<(), String> {
    if local && text == "localhost" { Ok(()) } else { domain(text) }
}

/// An address that a repository can be cloned from: `https://`, `ssh://`, or `git@host:path`.
pub fn repository(text: &str) -> Result<(), String> {
    clone_address(text).map(|_| ())
}

/// The repository's address as languages that import by address write it: `git.example.com/acme/shop`. No scheme, user,
/// port or `.git`.
///
/// ```
/// # use stackwright_core::blueprint::import_path;
/// assert_eq!(import_path("ssh://git@git.example.com:2222/acme/shop.git"), "git.example.com/acme/shop");
/// ```
pub fn import_path(repository: &str) -> String {
    clone_address(repository).map_or_else(|_| repository.to_owned(), |(host, path)| format!("{host}/{path}"))
}

/// Host and path of an address to clone from.
fn clone_address(text: &str) -> Result<(String, String), String> {
    let shape = || {
        format!("`{text}` is not an address to clone from: `https://host/owner/name.git` or `git@host:owner/name.git`")
    };
    let url = match text.split_once("://") {
        Some(_) => Url::parse(text),
        // The short form of ssh has no scheme and no port: what follows the colon is the path.
        None => match text.split_once(':') {
            Some((host, path)) if host.contains('@') => Url::parse(&format!("ssh://{host}/{path}")),
            _ => return Err(shape()),
        },
    };
    let url = url.map_err(|_| shape())?;
    if url.password().is_some() || (url.scheme() == "https" && !url.username().is_empty()) {
        // Whoever reads the message need not read the secret.
        return Err("it holds credentials, which everybody who sees the repository would see; \
             leave out what stands before the `@`, and let git's own credential helper answer"
            .to_owned());
    }
    let path = url.path().trim_matches('/').trim_end_matches(".git");
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~/@".contains(c);
    let parts = path.split('/').all(|part| !part.is_empty());
    // The parser resolves `..` and encodes what is not allowed: a path must stand there as it is meant.
    let literal = text.contains(path) && !text.contains("/../") && path.chars().all(safe);
    let bare = url.query().is_none() && url.fragment().is_none();
    match url.host_str() {
        Some(host) if !host.is_empty() && matches!(url.scheme(), "https" | "ssh") && parts && literal && bare => {
            Ok((host.to_ascii_lowercase(), path.to_owned()))
        }
        _ => Err(shape()),
    }
}

/// A registry host with an optional port and path, as image references write it: no scheme, no tag.
pub fn registry(text: &str) -> Result<(), String> {
    let (host, path) = text.split_once('/').map_or((text, None), |(host, path)| (host, Some(path)));
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let known = domain(name).is_ok() || matches!(Host::parse(name), Ok(Host::Ipv4(_)));
    let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if known && port && path.is_none_or(|path| path.split('/').all(path_part)) {
        return Ok(());
    }
    Err(format!(
        "`{text}` is not a registry: a host with an optional path in lower case, without a scheme or tag, such as `ghcr.io/owner`"
    ))
}

/// One part of an image's path: letters and digits with single separators between them.
fn path_part(part: &str) -> bool {
    let separators = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = |text: &str| matches!(text, "" | "." | "_" | "__") || text.chars().all(|c| c == '-');
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    edge(part.chars().next()) && edge(part.chars().last()) && separators.into_iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_of_two_labels() {
        for good in ["shop.example.com", "a.io", "xn--mnchen-3ya.de"] {
            assert_eq!(domain(good), Ok(()));
        }
        for bad in
            ["not a domain", "shop", "10.0.0.1", "1.2.3.4.5", "Shop.io", "a..io", "https://a.io", "a.io/x", "-a.io", ""]
        {
            assert!(domain(bad).is_err(), "{bad}");
        }
        assert!(domain("10.0.0.1").unwrap_err().contains("the address of a machine"));
        assert!(host("localhost", true).is_ok() && host("localhost", false).is_err());
    }

    #[test]
    fn a_repository_can_be_cloned_and_has_one_import_path() {
        for good in [
            "https://git.example.com/acme/shop.git",
            "https://git.example.com/acme/shop",
            "https://git.example.com/acme/shop/",
            "https://Git.example.com:8443/acme/shop.git",
            "ssh://git@git.example.com/acme/shop.git",
            "ssh://git@git.example.com:2222/acme/shop.git",
            "git@git.example.com:acme/shop.git",
        ] {
            assert_eq!((repository(good), import_path(good).as_str()), (Ok(()), "git.example.com/acme/shop"));
        }
        for bad in [
            "foo bar",
            "git.example.com/acme/shop",
            "http://git.example.com/acme/shop",
            "https://git.example.com",
            "https://git.example.com/acme/../shop",
            "https://git.example.com/acme/shop?ref=main",
            "https://git.example.com/acme/my shop",
            "https://git.example.com/acme//shop",
            "git@git.example.com:",
            "file:///srv/shop.git",
            "",
        ] {
            assert!(repository(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        for bad in ["https://user:s3cret@host.io/a/b", "https://s3cret@host.io/a/b", "ssh://git:s3cret@host.io/a/b"] {
            let why = repository(bad).unwrap_err();
            assert!(why.contains("credentials") && !why.contains("s3cret"), "{why}");
        }
    }

    #[test]
    fn a_registry_is_what_stands_before_an_images_name() {
        for good in
            ["ghcr.io/owner", "registry.example.com:5000", "registry.example.com:5000/a/b-c_d", "10.0.0.5:5000/x"]
        {
            assert_eq!(registry(good), Ok(()));
        }
        for bad in [
            "Reg/Foo:latest",
            "ghcr.io/owner:latest",
            "ghcr.io/Owner",
            "https://ghcr.io",
            "ghcr.io/",
            "ghcr",
            "ghcr.io:0/a",
            "ghcr.io/a..b",
            "a b.io",
        ] {
            assert!(registry(bad).is_err(), "{bad}");
        }
    }
}
