//! `kubectl describe` texts, as Periscope's collector `kubeobjects` stores them.
//!
//! In: the cluster's pods. Out: a key (`<ns>_<resource>_<name>`) and a text for each described
//! object. Every node uploads the same texts, because they are about the whole cluster.

use super::cluster::{Pod, SUBNET, SUBSCRIPTION, described, pod, today};
use super::describe_text::{PodState, columns, describe_pod, events_table};
use super::rng::Rng;
use super::writers::File;

/// The described objects of `kube-system` (what Periscope takes by default) and of `shop`.
pub(crate) fn objects(pods: &[Pod]) -> Vec<File> {
    let mut rng = Rng::new(0xde5c);
    let mut files = vec![
        coredns(pods, &mut rng),
        konnectivity(pods, &mut rng),
        orders(pods, &mut rng),
        storefront(pods, &mut rng),
        thumbnailer(pods, &mut rng),
    ];
    files.push(File::new("kube-system_service_kube-dns", dns_service()));
    files.push(File::new("shop_service_storefront", pending_service()));
    let name = "konnectivity-agent";
    let key = format!("kube-system_deployment_{name}");
    files.push(File::new(key, deployment(name, 1, 0)));
    files
}

/// The same text as a node gets it that asks so many seconds later: ages that are told to the second
/// have grown.
pub(crate) fn older(text: &str, seconds: u64) -> String {
    let lines = text.lines().map(|line| {
        let is_event = ["  Normal  ", "  Warning  "]
            .iter()
            .any(|kind| line.starts_with(kind));
        if is_event && seconds > 0 {
            older_row(line, seconds)
        } else {
            line.to_owned()
        }
    });
    let mut out = lines.collect::<Vec<_>>().join("\n");
    out.push('\n');
    out
}

/// A row of an Events table with a greater age, `3m2s`; other ages are too coarse to show it. The
/// column is as wide as before.
fn older_row(row: &str, seconds: u64) -> String {
    let age = row.split_whitespace().nth(2).unwrap_or_default();
    let parts = age.strip_suffix('s').and_then(|age| age.split_once('m'));
    let numbers =
        parts.and_then(|(minutes, rest)| Some((minutes.parse().ok()?, rest.parse().ok()?)));
    let Some((minutes, rest)): Option<(u64, u64)> = numbers else {
        return row.to_owned();
    };
    let all = minutes * 60 + rest + seconds;
    row.replacen(age, &format!("{}m{}s", all / 60, all % 60), 1)
}

/// Lines of a container that runs since a time.
fn running(since: &str) -> Vec<String> {
    vec![
        String::from("State:          Running"),
        format!("  Started:      {}", described(today(since))),
    ]
}

/// A healthy DNS pod.
fn coredns(pods: &[Pod], rng: &mut Rng) -> File {
    describe_pod(
        pod(pods, "coredns-76b9877f49-7xk2p"),
        &PodState {
            status: "Running",
            state: &running("06:03:41"),
            ready: true,
            restarts: 0,
            memory: "500Mi",
            events: &[],
        },
        rng,
    )
}

/// The agent of the tunnel to the control plane on the node that is not ready.
fn konnectivity(pods: &[Pod], rng: &mut Rng) -> File {
    describe_pod(
        pod(pods, "konnectivity-agent"),
        &PodState {
            status: "Running",
            state: &running("06:03:44"),
            ready: false,
            restarts: 0,
            memory: "1Gi",
            events: &[
                [
                    "Warning",
                    "Unhealthy",
                    "22m (x14 over 24m)",
                    "kubelet",
                    "Readiness probe failed: Get \"http://10.244.2.4:8082/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
                ],
                [
                    "Warning",
                    "NodeNotReady",
                    "22m",
                    "node-controller",
                    "Node is not ready",
                ],
            ],
        },
        rng,
    )
}

/// A pod that is killed for its memory again and again.
fn orders(pods: &[Pod], rng: &mut Rng) -> File {
    let orders = pod(pods, "orders-api");
    let state = [
        String::from("State:          Waiting"),
        String::from("  Reason:       CrashLoopBackOff"),
        String::from("Last State:     Terminated"),
        String::from("  Reason:       OOMKilled"),
        String::from("  Exit Code:    137"),
        format!("  Started:      {}", described(today("09:25:58"))),
        format!("  Finished:     {}", described(today("09:26:37"))),
    ];
    let back_off = format!(
        "Back-off restarting failed container orders-api in pod {}_shop({})",
        orders.name, orders.uid
    );
    describe_pod(
        orders,
        &PodState {
            status: "Running",
            state: &state,
            ready: false,
            restarts: 5,
            memory: "512Mi",
            events: &[
                [
                    "Normal",
                    "Pulled",
                    "15m (x5 over 57m)",
                    "kubelet",
                    "Container image \"shopregistry.azurecr.io/orders-api:3.8.0\" already present on machine",
                ],
                [
                    "Normal",
                    "Started",
                    "15m (x6 over 3h)",
                    "kubelet",
                    "Started container orders-api",
                ],
                [
                    "Warning",
                    "BackOff",
                    "2m6s (x131 over 56m)",
                    "kubelet",
                    &back_off,
                ],
            ],
        },
        rng,
    )
}

/// A pod whose image the firewall does not let through.
fn storefront(pods: &[Pod], rng: &mut Rng) -> File {
    let storefront = pod(pods, "storefront");
    let image = storefront.image;
    let pulling = format!("Pulling image \"{image}\"");
    let failed = format!(
        "Failed to pull image \"{image}\": rpc error: code = DeadlineExceeded desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": failed to do request: Head \"https://mcr.microsoft.com/v2/oss/nginx/nginx/manifests/1.25.2\": dial tcp 203.0.113.57:443: i/o timeout"
    );
    let back_off = format!("Back-off pulling image \"{image}\"");
    describe_pod(
        storefront,
        &PodState {
            status: "Pending",
            state: &[
                String::from("State:          Waiting"),
                String::from("  Reason:       ImagePullBackOff"),
            ],
            ready: false,
            restarts: 0,
            memory: "256Mi",
            events: &[
                [
                    "Normal",
                    "Scheduled",
                    "48m",
                    "default-scheduler",
                    "Successfully assigned shop/storefront-6b7f8d9c5-tm4xw to aks-nodepool1-23456789-vmss000001",
                ],
                [
                    "Normal",
                    "Pulling",
                    "34m (x5 over 48m)",
                    "kubelet",
                    &pulling,
                ],
                ["Warning", "Failed", "33m (x5 over 47m)", "kubelet", &failed],
                [
                    "Warning",
                    "Failed",
                    "33m (x5 over 47m)",
                    "kubelet",
                    "Error: ErrImagePull",
                ],
                [
                    "Normal",
                    "BackOff",
                    "3m2s (x118 over 47m)",
                    "kubelet",
                    &back_off,
                ],
                [
                    "Warning",
                    "Failed",
                    "3m2s (x118 over 47m)",
                    "kubelet",
                    "Error: ImagePullBackOff",
                ],
            ],
        },
        rng,
    )
}

/// A pod that was evicted when its node's disk was full.
fn thumbnailer(pods: &[Pod], rng: &mut Rng) -> File {
    let why = "The node was low on resource: ephemeral-storage. Threshold quantity: 12660224819, available: 9731512Ki. Container thumbnailer was using 21480176Ki, request is 0, has larger consumption of ephemeral-storage.";
    describe_pod(
        pod(pods, "thumbnailer"),
        &PodState {
            status: "Failed",
            state: &[
                String::from("State:          Terminated"),
                String::from("  Reason:       Error"),
                String::from("  Exit Code:    137"),
                format!("  Started:      {}", described(today("06:04:10"))),
                format!("  Finished:     {}", described(today("08:52:41"))),
            ],
            ready: false,
            restarts: 0,
            memory: "768Mi",
            events: &[
                ["Warning", "Evicted", "48m", "kubelet", why],
                [
                    "Normal",
                    "Killing",
                    "48m",
                    "kubelet",
                    "Stopping container thumbnailer",
                ],
                [
                    "Warning",
                    "ExceededGracePeriod",
                    "48m",
                    "kubelet",
                    "Container runtime did not kill the pod within specified grace period.",
                ],
            ],
        },
        rng,
    )
}

/// The service of the cluster's DNS.
fn dns_service() -> String {
    let head = columns(&[
        ("Name:", "kube-dns"),
        ("Namespace:", "kube-system"),
        ("Labels:", "k8s-app=kube-dns"),
        ("Annotations:", "<none>"),
        ("Selector:", "k8s-app=kube-dns"),
        ("Type:", "ClusterIP"),
        ("IP Family Policy:", "SingleStack"),
        ("IP Families:", "IPv4"),
        ("IP:", "10.0.0.10"),
        ("IPs:", "10.0.0.10"),
        ("Port:", "dns  53/UDP"),
        ("TargetPort:", "53/UDP"),
        ("Endpoints:", "10.244.0.5:53,10.244.1.3:53"),
        ("Session Affinity:", "None"),
    ]);
    head + &events_table("Events:            ", &[])
}

/// A service that waits for its load balancer, and why.
fn pending_service() -> String {
    let head = columns(&[
        ("Name:", "storefront"),
        ("Namespace:", "shop"),
        ("Labels:", "app=storefront"),
        (
            "Annotations:",
            "service.beta.kubernetes.io/azure-load-balancer-internal: true",
        ),
        ("Selector:", "app=storefront"),
        ("Type:", "LoadBalancer"),
        ("IP Family Policy:", "SingleStack"),
        ("IP Families:", "IPv4"),
        ("IP:", "10.0.113.52"),
        ("IPs:", "10.0.113.52"),
        ("Port:", "http  80/TCP"),
        ("TargetPort:", "8080/TCP"),
        ("NodePort:", "http  31723/TCP"),
        ("Endpoints:", ""),
        ("Session Affinity:", "None"),
        ("External Traffic Policy:", "Cluster"),
    ]);
    let client = "b1d5c0f7-3e26-4f8a-9d61-27c84e0f95ab";
    let message = format!(
        "Error syncing load balancer: failed to ensure load balancer: Retriable: false, RetryAfter: 0s, HTTPStatusCode: 403, RawError: {{\"error\":{{\"code\":\"AuthorizationFailed\",\"message\":\"The client '{client}' with object id '{client}' does not have authorization to perform action 'Microsoft.Network/virtualNetworks/subnets/read' over scope '/subscriptions/{SUBSCRIPTION}/{SUBNET}' or the scope is invalid. If access was recently granted, please refresh your credentials.\"}}}}"
    );
    head + &events_table(
        "",
        &[
            [
                "Normal",
                "EnsuringLoadBalancer",
                "3m12s (x17 over 58m)",
                "service-controller",
                "Ensuring load balancer",
            ],
            [
                "Warning",
                "SyncLoadBalancerFailed",
                "3m11s (x17 over 58m)",
                "service-controller",
                &message,
            ],
        ],
    )
}

/// A deployment of so many replicas, some of them ready.
fn deployment(name: &str, wanted: u64, ready: u64) -> String {
    let replicas = format!(
        "{wanted} desired | {wanted} updated | {wanted} total | {ready} available | {} unavailable",
        wanted - ready
    );
    let (available, reason) = if ready == wanted {
        ("True", "MinimumReplicasAvailable")
    } else {
        ("False", "MinimumReplicasUnavailable")
    };
    let head = columns(&[
        ("Name:", name),
        ("Namespace:", "kube-system"),
        ("CreationTimestamp:", "Mon, 15 Jan 2024 10:22:31 +0000"),
        ("Labels:", &format!("app={name}")),
        ("Annotations:", "deployment.kubernetes.io/revision: 3"),
        ("Selector:", &format!("app={name}")),
        ("Replicas:", &replicas),
        ("StrategyType:", "RollingUpdate"),
        ("MinReadySeconds:", "0"),
        ("RollingUpdateStrategy:", "1 max unavailable, 1 max surge"),
    ]);
    let conditions = format!(
        "Conditions:\n  Type           Status  Reason\n  ----           ------  ------\n  Progressing    True    NewReplicaSetAvailable\n  Available      {available:<6}  {reason}\nOldReplicaSets:  <none>\n"
    );
    head + &conditions + &events_table("Events:          ", &[])
}
