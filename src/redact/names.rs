//! Names of fields and variables: which of them mean a secret.
//!
//! In: a name as it stands (`MYSQL_ROOT_PASSWORD`, `aadClientSecret`, `x-api-key`). Out: what its
//! value would be, and how far the name alone can be trusted. The last word of a name decides: a
//! `secretName` is a name, a `passwordPolicy` a policy, `tokenExpirationSeconds` are seconds.

use super::Kind;

/// How sure a name is that its value is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Any value is one: `password`.
    Full,
    /// One that is not an ordinary word, name or path: `secret`, `token`, `apiKey`.
    Odd,
    /// One that looks random: `key`, `code`.
    Random,
}

/// What a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// What the value is.
    pub(super) kind: Kind,
    /// How sure that is.
    pub(super) trust: Trust,
}

/// Parts of names without which no name means a secret, in lower case.
pub(super) const PARTS: &[&str] = &[
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "key",
    "cred",
    "auth",
    "sig",
    "conn",
    "dsn",
    "jwt",
    "bearer",
    "cookie",
    "psk",
    "certificate-data",
    "securestring",
    "пароль",
    "contrase",
    "senha",
    "kennwort",
    "wachtwoord",
    "密码",
    "パスワード",
];

/// Last words that mean a password, as whole words or at the end of one.
const PASSWORDS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "passe",
    "pwd",
    "kennwort",
    "wachtwoord",
    "senha",
    "contraseña",
    "contrasena",
    "пароль",
    "密码",
    "パスワード",
    "requirepass",
    "masterauth",
    "storepass",
    "keypass",
    "rootpw",
    "bindpw",
];

/// Words behind the one that decides, which do not change what the value is.
const SUFFIXES: &[&str] = &[
    "value",
    "base64",
    "b64",
    "plain",
    "plaintext",
    "text",
    "cleartext",
    "raw",
    "old",
    "new",
    "current",
    "previous",
    "primary",
    "secondary",
    "literal",
    "encoded",
    "default",
    "data",
    "base",
    "string",
    "str",
];

/// What a key opens or signs, where it is a secret.
const KEYS: &[&str] = &[
    "access",
    "account",
    "admin",
    "aes",
    "api",
    "app",
    "application",
    "art",
    "auth",
    "certificate",
    "cipher",
    "client",
    "cookie",
    "crypt",
    "crypto",
    "deploy",
    "encrypt",
    "encryption",
    "fernet",
    "function",
    "functions",
    "hmac",
    "host",
    "ingest",
    "jwt",
    "license",
    "master",
    "private",
    "query",
    "recovery",
    "root",
    "rsa",
    "sas",
    "secret",
    "service",
    "session",
    "shared",
    "sign",
    "signing",
    "ssh",
    "ssl",
    "storage",
    "subscription",
    "tls",
    "unseal",
    "webhook",
    "wrapping",
    "write",
    "ws",
    "primary",
    "secondary",
];

/// The same written as one word.
const KEY_WORDS: &[&str] = &[
    "apikey",
    "accesskey",
    "accountkey",
    "secretkey",
    "privatekey",
    "wskey",
    "authkey",
    "storagekey",
    "signingkey",
    "masterkey",
    "encryptionkey",
    "subscriptionkey",
];

/// What the value of this name is; `None` where the name means no secret.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let mut words = words(name);
    let full = words.concat();
    if full.ends_with("clientcertificatedata") || full.ends_with("clientkeydata") {
        return some(Kind::Kubeconfig, Trust::Odd);
    }
    if full.ends_with("connectionstring")
        || full.ends_with("connstr")
        || full.ends_with("connectionurl")
    {
        return some(Kind::ConnectionString, Trust::Odd);
    }
    // The shell's variables name folders.
    if matches!(name, "PWD" | "OLDPWD") {
        return some(Kind::Password, Trust::Odd);
    }
    while words.len() > 1
        && words.last().is_some_and(|word| {
            SUFFIXES.contains(&word.as_str()) || word.bytes().all(|byte| byte.is_ascii_digit())
        })
    {
        words.pop();
    }
    let last = words.last()?.trim_end_matches(|c: char| c.is_ascii_digit());
    let before = words.len().checked_sub(2).and_then(|at| words.get(at));
    let before = before.map_or("", String::as_str);
    if PASSWORDS.iter().any(|word| last.ends_with(word)) || matches!(last, "pw" | "psk") {
        return some(Kind::Password, Trust::Full);
    }
    if last.ends_with("pass") && !matches!(last, "bypass" | "compass") {
        return some(Kind::Password, Trust::Full);
    }
    if last.ends_with("secret") || last == "secrets" {
        let kind = match before {
            "client" | "app" => Kind::ClientSecret,
            _ if last.len() > 7 => Kind::ClientSecret,
            _ => Kind::ApiKey,
        };
        let trust = if kind == Kind::ClientSecret && (last.len() > 7 || before == "client") {
            Trust::Full
        } else {
            Trust::Odd
        };
        return some(kind, trust);
    }
    if last.ends_with("token") || matches!(last, "tokens" | "jwt" | "bearer" | "pat" | "psk") {
        let trust = if last == "pat" {
            Trust::Random
        } else {
            Trust::Odd
        };
        return some(Kind::BearerToken, trust);
    }
    if KEY_WORDS.iter().any(|word| last.ends_with(word))
        || matches!(last, "key" | "keys") && KEYS.contains(&before)
    {
        let account = matches!(before, "account" | "storage" | "shared" | "ws")
            || last.ends_with("accountkey")
            || last.ends_with("wskey")
            || full.ends_with("sharedaccesskey");
        let kind = if account {
            Kind::AccountKey
        } else {
            Kind::ApiKey
        };
        return some(kind, Trust::Odd);
    }
    match last {
        "credential" | "credentials" | "creds" | "cred" | "securestring" => {
            some(Kind::Password, Trust::Odd)
        }
        "auth" | "authorization" | "cookie" | "cookies" => some(Kind::BearerToken, Trust::Odd),
        "signature" | "sig" => some(Kind::SasToken, Trust::Odd),
        "key" | "dsn" => some(Kind::ApiKey, Trust::Random),
        "id" if before == "secret" && words.len() == 2 => some(Kind::ApiKey, Trust::Odd),
        _ => None,
    }
}

/// Shorthand.
#[expect(
    clippy::unnecessary_wraps,
    reason = "every caller answers with an option"
)]
fn some(kind: Kind, trust: Trust) -> Option<Meaning> {
    Some(Meaning { kind, trust })
}

/// The words of a name in lower case: `aadClientSecret`, `AAD_CLIENT_SECRET` and
/// `aad-client-secret` are the same three.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let starts = c.is_uppercase()
            && (before.is_lowercase() || before.is_uppercase() && next.is_lowercase())
            || c.is_alphabetic() && before.is_ascii_digit()
            || c.is_ascii_digit() && before.is_alphabetic();
        if (!c.is_alphanumeric() || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_name_decides() {
        for name in [
            "MYSQL_PWD",
            "ADMIN_PW",
            "PGPASSWORD",
            "db.password",
            "password2",
            "userPWD",
            "postgresqlPassword",
            "keyStorePassword",
            "SSH_KEY_PASSPHRASE",
            "пароль",
            "clientSecret",
            "aadClientSecret",
        ] {
            assert_eq!(meaning(name).map(|m| m.trust), Some(Trust::Full), "{name}");
        }
        for name in [
            "apiKey",
            "x-api-key",
            "SIGNING_KEY",
            "CONNSTR",
            "SharedAccessKey",
            "_authToken",
            "client-key-data",
            "tls.key",
            "SECRET_KEY_BASE",
            "DD-APPLICATION-KEY",
            "26sig",
            "CREDENTIALS",
            "secret_id",
            "AccountKey",
            "WSKEY",
        ] {
            assert_eq!(meaning(name).map(|m| m.trust), Some(Trust::Odd), "{name}");
        }
        assert_eq!(meaning("key").map(|m| m.trust), Some(Trust::Random));
        for name in [
            "secretName",
            "tokenExpirationSeconds",
            "keyVaultName",
            "passwordPolicy",
            "token_type",
            "passwordFile",
            "secretRef",
            "AccessKeyId",
            "keyName",
            "certificate-authority-data",
            "authority",
            "signatureAlgorithm",
            "bypass",
            "x-ms-request-id",
            "",
            "-",
            "sshd",
        ] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }
}
