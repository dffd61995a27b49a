//! Text that people paste: outputs of kubectl in one file, with prompts, errors, colours, quotations.

use crate::support::{analyze_bytes, findings};
use bundlescope::diagnose::Diagnosis;
use bundlescope::limits::Limits;

/// The diagnosis of one file.
fn diagnosis(name: &str, text: &str) -> Diagnosis {
    analyze_bytes(name, text.as_bytes(), &Limits::RELEASE)
}

/// Rule and subject of every finding of one file, in order.
fn told(text: &str) -> Vec<String> {
    let found = diagnosis("ticket.txt", text);
    let findings = found.findings.iter();
    findings
        .map(|f| format!("{} {}", f.rule, f.subject))
        .collect()
}

/// A described pod without its configuration.
const POD: &str = "\
Name:             mailer-5f6b7d8c49-t6rhx
Namespace:        shop
Node:             n1/10.1.0.4
Start Time:       Mon, 30 Nov 2026 01:05:43 +0000
Labels:           app=mailer
Status:           Pending
Containers:
  mailer:
    Image:          registry.example.com/mailer:1
    State:          Waiting
      Reason:       CreateContainerConfigError
    Ready:          False
    Restart Count:  0
Conditions:
  Type              Status
  Ready             False
QoS Class:                   BestEffort
Events:
  Type     Reason  Age                  From     Message
  ----     ------  ----                 ----     -------
  Warning  Failed  62s (x402 over 90m)  kubelet  Error: secret \"smtp\" not found
";

/// Another one, which was killed.
const KILLED: &str = "\
Name:             orders-0
Namespace:        shop
Node:             n1/10.1.0.4
Start Time:       Mon, 30 Nov 2026 01:05:43 +0000
Labels:           app=orders
Status:           Running
Containers:
  orders:
    Image:          registry.example.com/orders:1
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Finished:     Mon, 30 Nov 2026 02:31:43 +0000
    Ready:          False
    Restart Count:  14
QoS Class:                   Burstable
Events:           <none>
";

/// What is told of the two, whatever surrounds them.
const MAILER: &str = "pod-config-error Pod shop/mailer-5f6b7d8c49-t6rhx";

#[test]
fn descriptions_are_read_whatever_stands_around_them() {
    let noise = "E1130 02:35:43.123456   12345 memcache.go:287] \"Unhandled Error\" err=\"couldn't get resource list for metrics.k8s.io/v1beta1: the server is currently unable to handle the request\"\n";
    let quoted: Vec<String> = POD.lines().map(|line| format!("> {line}\n")).collect();
    let quoted = quoted.concat();
    let coloured = POD.replace(
        "CreateContainerConfigError",
        "\u{1b}[31mCreateContainerConfigError\u{1b}[0m",
    );
    for text in [
        POD.to_owned(),
        format!("$ kubectl describe pod mailer-5f6b7d8c49-t6rhx\n{POD}"),
        format!("me@box:~$ kubectl describe pod -n shop mailer\n{POD}\nme@box:~$ \n"),
        format!(
            "PS C:\\Users\\me> kubectl describe pod mailer\r\n{}",
            POD.replace('\n', "\r\n")
        ),
        format!("{noise}{POD}"),
        quoted,
        coloured,
    ] {
        let told = told(&text);
        assert_eq!(
            told.first().map(String::as_str),
            Some(MAILER),
            "{text}\n{told:?}"
        );
        assert!(
            told.iter().all(|one| !one.contains("node-not-ready")),
            "{told:?}"
        );
    }
}

#[test]
fn a_loop_of_descriptions_gives_each_its_own_events() {
    let both = told(&format!("{KILLED}{POD}"));
    assert!(both.contains(&MAILER.to_owned()), "{both:?}");
    assert!(
        both.contains(&"pod-oomkilled Pod shop/orders-0".to_owned()),
        "{both:?}"
    );
    assert!(
        !both.contains(&"pod-config-error Pod shop/orders-0".to_owned()),
        "{both:?}"
    );
}

#[test]
fn documents_in_yaml_survive_loops_errors_and_command_lines() {
    let pod = |name: &str, reason: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n  nodeName: n1\nstatus:\n  phase: Running\n  startTime: \"2026-11-30T01:00:00Z\"\n  containerStatuses:\n  - name: c\n    ready: false\n    restartCount: 14\n    state:\n      waiting:\n        reason: {reason}\n"
        )
    };
    let (a, b) = (
        pod("a", "CrashLoopBackOff"),
        pod("b", "CreateContainerConfigError"),
    );
    let expected = ["pod-config-error Pod shop/b", "pod-crashloop Pod shop/a"];
    let refused = "Error from server (Forbidden): secrets is forbidden: User \"viewer\" cannot list resource \"secrets\"\n";
    for text in [
        format!("{a}{b}"),
        format!("{a}---\n{b}{refused}"),
        format!("$ kubectl get pods -o yaml\n{a}---\n{b}"),
        format!(
            "I1130 02:35:43.123456   12345 loader.go:395] Config loaded from file:  /root/.kube/config\n{a}{b}"
        ),
    ] {
        let mut told = told(&text);
        told.sort();
        assert_eq!(told, expected, "{text}");
    }
    let found = diagnosis("out.yaml", &format!("{a}{refused}"));
    assert_eq!(found.gaps.len(), 1, "{:?}", found.gaps);
    assert!(
        found.gaps[0]
            .reason
            .to_string()
            .contains("secrets is forbidden")
    );
}

#[test]
fn rows_of_tables_are_objects_and_events() {
    let session = "\
$ kubectl get nodes
NAME   STATUS                        ROLES           AGE   VERSION
n1     Ready                         control-plane   9d    v1.33.5
n2     NotReady,SchedulingDisabled   <none>          9d    v1.33.5

$ kubectl get pods -A
NAMESPACE   NAME       READY   STATUS             RESTARTS        AGE
shop        orders-0   0/1     CrashLoopBackOff   14 (4m ago)     8d
shop        cart-0     1/1     Running            0               8d

$ kubectl get deploy,svc -n shop
NAME                       READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/gateway    0/2     2            0           8d

NAME                 TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)        AGE
service/storefront   LoadBalancer   10.0.77.21   <pending>     80:31080/TCP   9d

$ kubectl get pv
NAME       CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM          STORAGECLASS   REASON   AGE
archive    500Gi      RWX            Delete           Failed   data/archive   standard                200d

$ kubectl get certificates -n shop
NAME   READY   SECRET   AGE
web    False   web      20d

$ kubectl get events -n shop
LAST SEEN   TYPE      REASON             OBJECT        MESSAGE
62s         Warning   FailedScheduling   pod/search-0  0/3 nodes are available: 3 Insufficient cpu.
3m          Warning   WidgetLost         pod/search-0  the licence ended
";
    let told = told(session);
    for expected in [
        "node-not-ready Node n2",
        "node-cordoned Node n2",
        "pod-crashloop Pod shop/orders-0",
        "workload-below-desired Deployment shop/gateway",
        "lb-service-pending Service shop/storefront",
        "pv-failed PersistentVolume archive",
        "condition-in-trouble Certificate shop/web",
        "sched-insufficient-resources Pod shop/search-0",
    ] {
        assert!(
            told.iter().any(|one| one == expected),
            "{expected}: {told:#?}"
        );
    }
    assert!(
        told.iter().all(|one| !one.contains("Component")),
        "{told:#?}"
    );
    let found = diagnosis("ticket.txt", session);
    let unexplained: Vec<_> = found
        .unknown
        .listed
        .iter()
        .map(|e| e.template.as_str())
        .collect();
    assert_eq!(unexplained, ["WidgetLost: the licence ended"]);
    assert_eq!(found.bundle.kubernetes_version.as_deref(), Some("v1.33.5"));
}

#[test]
fn tables_are_read_where_blanks_were_lost() {
    let loose = "NAME READY STATUS RESTARTS AGE\norders-0 0/1 CrashLoopBackOff 14 (4m ago) 8d\n";
    assert_eq!(told(loose), ["pod-crashloop Pod orders-0"]);
    let tabs = "NAME\tREADY\tSTATUS\tRESTARTS\tAGE\norders-0\t0/1\tCrashLoopBackOff\t14\t8d\n";
    assert_eq!(told(tabs), ["pod-crashloop Pod orders-0"]);
}

#[test]
fn what_only_says_that_kubectl_was_refused_is_a_gap() {
    for text in [
        "Unable to connect to the server: x509: certificate signed by unknown authority\n",
        "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n",
        "Error from server (Forbidden): nodes is forbidden: User \"viewer\" cannot list resource \"nodes\"\n",
        "error: You must be logged in to the server (Unauthorized)\n",
    ] {
        let found = diagnosis("out.txt", text);
        assert_eq!(findings(&found), Vec::<String>::new(), "{text}");
        assert_eq!(found.gaps.len(), 1, "{text}: {:?}", found.gaps);
        let verdict = bundlescope::report::view::verdict(&found);
        assert!(
            verdict.starts_with("No log could be read: out.txt:1 (not collected: "),
            "{verdict}"
        );
    }
}

#[test]
fn kinds_that_are_printed_field_by_field_are_read() {
    let operator = "\
Name:         authentication
Namespace:    
Labels:       <none>
API Version:  config.openshift.io/v1
Kind:         ClusterOperator
Status:
  Conditions:
    Last Transition Time:  2026-11-30T01:54:44Z
    Message:               OAuthServerDeployment has no pod
    Reason:                NoPods
    Status:                False
    Type:                  Available
Events:       <none>
";
    assert_eq!(
        told(operator),
        ["openshift-operator-degraded ClusterOperator authentication"]
    );
    let quota = "Name:            compute\nNamespace:       shop\nResource         Used  Hard\n--------         ----  ----\npods             11    40\nrequests.memory  4Gi   4Gi\n";
    assert_eq!(told(quota), ["quota-at-limit ResourceQuota shop/compute"]);
}
