//! Tests of masking: what must go, what must stay, and the two properties.

use super::search::find;
use super::*;
use crate::locator::Snippet;
use proptest::prelude::*;

/// A JSON web token in shape only.
const JWT: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl";

#[test]
fn secrets_are_masked_and_their_surroundings_stay() {
    let key = format!("{}==", "aB3/".repeat(21) + "xY");
    let cases = [
        (
            "GET /x Authorization: Bearer abcdef0123456789abcdef",
            "GET /x Authorization: Bearer [REDACTED bearer-token]",
        ),
        (
            "Authorization: Basic dXNlcjpwYXNz",
            "Authorization: Basic [REDACTED bearer-token]",
        ),
        (&format!("got {JWT} back"), "got [REDACTED jwt] back"),
        (
            "https://a.blob.core.windows.net/c?sv=2019-02-02&sig=abc%2Bdef0123456789%3D&se=2020",
            "https://a.blob.core.windows.net/c?sv=2019-02-02&sig=[REDACTED sas-token]&se=2020",
        ),
        (
            r"x\u0026sig=abcdef0123456789abcd\u0026",
            r"x\u0026sig=[REDACTED sas-token]\u0026",
        ),
        (
            &format!("AccountName=acct;AccountKey={key};EndpointSuffix=core.windows.net"),
            "AccountName=acct;AccountKey=[REDACTED account-key];EndpointSuffix=core.windows.net",
        ),
        (&format!("key is {key}"), "key is [REDACTED account-key]"),
        (
            "amqp://user:pa-ss!@host:5671/",
            "amqp://user:[REDACTED password]@host:5671/",
        ),
        (
            "mount -o vers=3.0,username=acct,password=Zm9v+/=,dir_mode=0777",
            "mount -o vers=3.0,username=acct,password=[REDACTED password],dir_mode=0777",
        ),
        (
            "MYSQL_ROOT_PASSWORD=hunter2 started",
            "MYSQL_ROOT_PASSWORD=[REDACTED password] started",
        ),
        (
            r#"{"password": "correct horse \" x", "a": 1}"#,
            r#"{"password": "[REDACTED password]", "a": 1}"#,
        ),
        (
            r#"msg="{\"aadClientSecret\":\"s3cr3t\",\"b\":1}""#,
            r#"msg="{\"aadClientSecret\":\"[REDACTED client-secret]\",\"b\":1}""#,
        ),
        (
            "      client_secret: abc~123",
            "      client_secret: [REDACTED client-secret]",
        ),
        (
            "az login --password hunter2 --tenant t",
            "az login --password [REDACTED password] --tenant t",
        ),
        (
            "    client-key-data: LS0tLS1CRUdJTiBS",
            "    client-key-data: [REDACTED kubeconfig]",
        ),
        (
            "kubeadm join --token abcdef.0123456789abcdef 10.0.0.4",
            "kubeadm join --token [REDACTED bootstrap-token] 10.0.0.4",
        ),
        ("aws AKIAIOSFODNN7EXAMPLE", "aws [REDACTED api-key]"),
        (
            r#"{"name":"DB_PASSWORD","value":"hunter2"}"#,
            r#"{"name":"DB_PASSWORD","value":"[REDACTED password]"}"#,
        ),
        (
            "- name: DB_PASSWORD\n  value: hunter2",
            "- name: DB_PASSWORD\n  value: [REDACTED password]",
        ),
        (
            r#"{"auths":{"r.io":{"auth":"dXNlcjpwYXNz"}}}"#,
            r#"{"auths":{"r.io":{"auth":"[REDACTED registry-credential]"}}}"#,
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\nrest",
            "[REDACTED private-key]\nrest",
        ),
        (
            "see -----BEGIN PRIVATE KEY-----",
            "see [REDACTED private-key]",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(mask(text).0, expected, "{text}");
    }
}

#[test]
fn what_is_no_secret_stays_as_it_is() {
    let cases = [
        "image sha256:3b1f0c1f6a2d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab",
        "3b1f0c1f6a2d4e5f60718293a4b5c6d7e8f90123456789abcdef012345678900",
        "uid 7f3c2a10-8d1e-4f55-9d3b-0c7d2b0e6a11",
        "mcr.microsoft.com/oss/kubernetes/pause:3.5",
        "token expired: please log in again",
        "the token request was refused",
        "Unable to authenticate the request: bearer token: invalid signature",
        "failed to list *v1.Secret: secrets is forbidden",
        "secretName: default-token-x7k2p",
        "volume default-token-x7k2p not mounted",
        "passwordFile=/etc/secret",
        "password=***HIDDEN***",
        "password: [REDACTED]",
        "client_secret=REDACTED",
        r#""password": "xxxx""#,
        "password=${DB_PASSWORD}",
        "az ad sp credential reset --client-secret <secret>",
        "az ad sp credential reset --client-secret &lt;secret&gt;",
        "DB_PASSWORD:  <set to the key 'password' in secret 'db'>",
        "kubectl -n kube-system get secret bootstrap-token-abcdef",
        "http://10.0.0.1:8080/healthz and user@example.org",
        "WWW-Authenticate: Bearer authorization_uri=https://login.windows.net",
        "\u{1b}[31mError\u{1b}[0m",
        "",
    ];
    for text in cases {
        let (masked, counts) = mask(text);
        assert_eq!(masked, text);
        assert!(counts.is_empty(), "{text}");
        assert_eq!(find_secret(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn masked_values_are_counted_by_kind() {
    let (_, counts) = mask("password=a1 password=b2 AKIAIOSFODNN7EXAMPLE");
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [(Kind::ApiKey, 1), (Kind::Password, 2)]
    );
}

#[test]
fn a_private_key_is_masked_on_every_line_of_a_snippet() {
    let body = "MIIEpAIBAAKCAQEA7bq3"
        .repeat(4)
        .chars()
        .take(64)
        .collect::<String>();
    let snippet = Snippet {
        line: 10,
        text: body.clone(),
        before: vec![
            "key:".into(),
            "-----BEGIN PRIVATE KEY-----".into(),
            body.clone(),
        ],
        after: vec![
            body.clone(),
            "abcDEF123==".into(),
            "-----END PRIVATE KEY-----".into(),
        ],
        matched: (0, 5),
        around: None,
    };
    let mut all = Masker::default();
    let masked = all.snippet(&snippet);
    let mask = "[REDACTED private-key]";
    assert_eq!(masked.before, ["key:", mask, mask]);
    assert_eq!(masked.text, mask);
    assert_eq!(masked.after, [mask, mask, mask]);
    assert_eq!(all.counts().get(&Kind::PrivateKey), Some(&1));

    let middle = Snippet {
        before: vec![body.clone()],
        after: vec![],
        ..snippet
    };
    assert_eq!(Masker::default().snippet(&middle).before, [mask]);
}

#[test]
fn the_match_moves_with_the_text_around_it() {
    let text = "password=hunter2 failed to mount";
    let at = text.find("failed").expect("it is there");
    let snippet = Snippet {
        line: 1,
        text: text.into(),
        before: vec![],
        after: vec![],
        matched: (at, at + 6),
        around: None,
    };
    let masked = Masker::default().snippet(&snippet);
    assert_eq!(
        masked.text.get(masked.matched.0..masked.matched.1),
        Some("failed")
    );

    let inside = Snippet {
        matched: (11, 20),
        ..snippet
    };
    let masked = Masker::default().snippet(&inside);
    assert_eq!(
        masked.text.get(masked.matched.0..masked.matched.1),
        Some("[REDACTED password] fai")
    );
}

#[test]
fn the_last_look_sees_through_html_and_json() {
    assert_eq!(find_secret(b"<code>password&#61;x</code>"), None);
    assert_eq!(
        find_secret(b"<code>&#34;password&#34;: &#34;hunter2&#34;</code>"),
        Some(Kind::Password)
    );
    assert_eq!(
        find_secret(br#"{"excerpt": "{\"password\": \"hunter2\"}"}"#),
        Some(Kind::Password)
    );
    assert_eq!(
        find_secret(br#"{"excerpt": "password=", "before": []}"#),
        None
    );
    assert_eq!(find_secret(br#"{"kind": "password", "count": 3}"#), None);
    assert_eq!(
        find_secret(b"a?b=c&amp;sig=abcdef0123456789ab"),
        Some(Kind::SasToken)
    );
    assert_eq!(find_secret(b"<p>password:</p>"), None);
}

#[test]
fn a_long_text_is_searched_whole() {
    let line = "a line of a log that says nothing at all\n";
    for before in [0, 1, 3_195, 3_196, 3_197, 3_198, 9_000] {
        let text = line.repeat(before) + "password=hunter2\n" + &line.repeat(4_000);
        assert_eq!(
            find_secret(text.as_bytes()),
            Some(Kind::Password),
            "{before}"
        );
    }
    let body = format!("{}\n", "aB3/".repeat(16)).repeat(5_000);
    let key = format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n");
    assert_eq!(find_secret(key.as_bytes()), Some(Kind::PrivateKey));
    assert_eq!(find_secret(line.repeat(9_000).as_bytes()), None);
}

/// Pieces that make and unmake secrets when they stand side by side.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("password".to_owned()),
        Just("=".to_owned()),
        Just(": ".to_owned()),
        Just("\"".to_owned()),
        Just("\\\"".to_owned()),
        Just("'".to_owned()),
        Just("token".to_owned()),
        Just("Bearer ".to_owned()),
        Just("[REDACTED ".to_owned()),
        Just("]".to_owned()),
        Just("sig=".to_owned()),
        Just("\n".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        Just("-----END PRIVATE KEY-----".to_owned()),
        Just("://u:".to_owned()),
        Just("@".to_owned()),
        Just(JWT.to_owned()),
        Just("client_secret".to_owned()),
        Just("a1".repeat(40)),
        Just("--".to_owned()),
        Just("&".to_owned()),
        Just("<".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn masking_is_idempotent_and_leaves_nothing(text in hostile()) {
        let (once, _) = mask(&text);
        prop_assert_eq!(find(&once), vec![]);
        let (twice, counts) = mask(&once);
        prop_assert_eq!(&twice, &once);
        prop_assert!(counts.is_empty());
    }

    #[test]
    fn a_snippet_keeps_its_lines_and_its_match_stays_inside(lines in prop::collection::vec(hostile(), 1..5), at in 0usize..40) {
        let lines: Vec<String> = lines.into_iter().map(|line| line.replace('\n', " ")).collect();
        let text = lines.first().cloned().unwrap_or_default();
        let at = text.floor_char_boundary(at);
        let snippet = Snippet { line: 1, matched: (0, at), text, before: lines.clone(), after: lines.clone(), around: None };
        let masked = Masker::default().snippet(&snippet);
        prop_assert_eq!(masked.before.len(), lines.len());
        prop_assert_eq!(masked.after.len(), lines.len());
        prop_assert!(masked.text.get(masked.matched.0..masked.matched.1).is_some());
        for line in masked.before.iter().chain([&masked.text]).chain(&masked.after) {
            prop_assert_eq!(find(line), vec![]);
        }
    }
}

#[test]
fn a_quoted_value_that_does_not_end_is_masked_whatever_its_word() {
    for (text, expected) in [
        ("password=\"null", "password=\"[REDACTED password]"),
        (
            "password='none\nnext",
            "password='[REDACTED password]\nnext",
        ),
        ("password=\"null\"", "password=\"null\""),
        ("password=\"[REDACTED", "password=\"[REDACTED"),
    ] {
        assert_eq!(mask(text).0, expected);
        assert_eq!(mask(expected).0, expected);
    }
}
