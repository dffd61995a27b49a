//! `kubectl describe` texts, as Periscope's collector `kubeobjects` stores them.
//!
//! In: the cluster's pods. Out: a key (`<ns>_<resource>_<name>`) and a text for each described
//! object. Every node uploads the same texts, because they are about the whole cluster.

use super::cluster::{LINUX, Pod, SUBNET, SUBSCRIPTION, described, pod, today};
use super::rng::Rng;
use super::writers::File;
use std::fmt::Write as _;

/// A row of an Events table: type, reason, age, who says it, message.
type Row<'a> = [&'a str; 5];

/// What describing a pod says that differs from pod to pod.
struct PodState<'a> {
    /// Phase.
    status: &'a str,
    /// Lines of the container's state, indented as in the text.
    state: &'a [String],
    /// Whether the container is ready.
    ready: bool,
    /// How often it was started again.
    restarts: u64,
    /// Its memory limit.
    memory: &'a str,
    /// The rows of its events.
    events: &'a [Row<'a>],
}

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
    for (name, ready) in [("coredns", 2), ("konnectivity-agent", 0)] {
        let text = deployment(name, ready);
        files.push(File::new(format!("kube-system_deployment_{name}"), text));
    }
    files
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

/// Rows of name and value, the values in one column.
fn columns(rows: &[(&str, &str)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    rows.iter().fold(String::new(), |mut out, (name, value)| {
        let line = format!("{name:<width$}{value}");
        out.push_str(line.trim_end());
        out.push('\n');
        out
    })
}

/// The end of every description; `label` is the word with the padding of its block.
fn events_table(label: &str, rows: &[Row]) -> String {
    if rows.is_empty() {
        return format!("{label}<none>\n");
    }
    let head: [Row; 2] = [
        ["Type", "Reason", "Age", "From", "Message"],
        ["----", "------", "----", "----", "-------"],
    ];
    let all: Vec<&Row> = head.iter().chain(rows).collect();
    let widths = [0, 1, 2, 3].map(|column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.len()).max().unwrap_or(0)
    });
    let mut out = String::from("Events:\n");
    for [kind, reason, age, from, message] in all {
        let [first, second, third, fourth] = widths;
        writeln!(
            out,
            "  {kind:<first$}  {reason:<second$}  {age:<third$}  {from:<fourth$}  {message}"
        )
        .expect("writing to a string does not fail");
    }
    out
}

/// The description of a pod under its key.
fn describe_pod(pod: &Pod, state: &PodState, rng: &mut Rng) -> File {
    let node = LINUX.get(pod.node).copied().unwrap_or(LINUX[0]);
    let host = format!("{}/{}", node.name, node.address);
    let owner = pod.name.rsplit_once('-').map_or(pod.name, |(set, _)| set);
    let (app, hash) = owner.rsplit_once('-').unwrap_or((owner, "none"));
    let token = format!("kube-api-access-{}", rng.suffix(5));
    let ready = if state.ready { "True" } else { "False" };
    let evicted = state.status == "Failed";
    let image_id = pod
        .image
        .rsplit_once(':')
        .map_or(pod.image, |(name, _)| name);
    let started = if state.status == "Pending" {
        "08:53:01"
    } else {
        "06:03:12"
    };
    let mut out = columns(&[
        ("Name:", pod.name),
        ("Namespace:", pod.namespace),
        (
            "Priority:",
            if pod.namespace == "shop" {
                "0"
            } else {
                "2000001000"
            },
        ),
        (
            "Service Account:",
            if pod.namespace == "shop" {
                "default"
            } else {
                app
            },
        ),
        ("Node:", &host),
        ("Start Time:", &described(today(started))),
        ("Labels:", &format!("app={app}")),
        ("", &format!("pod-template-hash={hash}")),
        ("Annotations:", "<none>"),
        ("Status:", state.status),
    ]);
    if evicted {
        out.push_str("Reason:           Evicted\nMessage:          ");
        out.push_str(state.events.first().map_or("", |event| event[4]));
        out.push('\n');
    }
    let address = if pod.address.is_empty() {
        "<none>"
    } else {
        pod.address
    };
    let body = format!(
        "IP:               {address}\nControlled By:    ReplicaSet/{owner}\nContainers:\n  {}:\n",
        pod.container
    );
    out.push_str(&body);
    let pulled = if state.status == "Pending" {
        [String::new(), String::new()]
    } else {
        [
            format!("containerd://{}", rng.hex(64)),
            format!("{image_id}@sha256:{}", rng.hex(64)),
        ]
    };
    let [container_id, image_id] = pulled;
    let mut lines = vec![
        format!("Container ID:   {container_id}"),
        format!("Image:          {}", pod.image),
        format!("Image ID:       {image_id}"),
    ];
    lines.extend(state.state.iter().cloned());
    lines.extend([
        format!(
            "Ready:          {}",
            if state.ready { "True" } else { "False" }
        ),
        format!("Restart Count:  {}", state.restarts),
        String::from("Limits:"),
        format!("  memory:  {}", state.memory),
        String::from("Requests:"),
        String::from("  cpu:        100m"),
        format!("  memory:     {}", state.memory),
        String::from("Environment:  <none>"),
        String::from("Mounts:"),
        format!("  /var/run/secrets/kubernetes.io/serviceaccount from {token} (ro)"),
    ]);
    for line in lines {
        out.push_str("    ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let conditions = format!(
        "Conditions:\n  Type              Status\n  Initialized       True \n  Ready             {ready} \n  ContainersReady   {ready} \n  PodScheduled      True \n"
    );
    out.push_str(&conditions);
    let volumes = format!(
        "Volumes:\n  {token}:\n    Type:                    Projected (a volume that contains injected data from multiple sources)\n    TokenExpirationSeconds:  3607\n"
    );
    out.push_str(&volumes);
    out.push_str(
        "QoS Class:                   Burstable\nNode-Selectors:              <none>\nTolerations:                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s\n                             node.kubernetes.io/unreachable:NoExecute op=Exists for 300s\n",
    );
    out.push_str(&events_table("Events:                      ", state.events));
    File::new(format!("{}_pod_{}", pod.namespace, pod.name), out)
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

/// A deployment of two replicas, so many of them ready.
fn deployment(name: &str, ready: u64) -> String {
    let replicas = format!(
        "2 desired | 2 updated | 2 total | {ready} available | {} unavailable",
        2 - ready
    );
    let (available, reason) = if ready == 2 {
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
