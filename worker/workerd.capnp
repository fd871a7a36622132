# The bundle on plain workerd. The build lays this file beside the bundle; the launcher gives the folders and the address
# (`-d data=… -d geo=… -d demo=… -s http=…`) and the settings as environment. A unique key never changes: ids derive from it.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "graupel", worker = .worker),
    (name = "data", disk = (path = "data", writable = true)),
    (name = "geo", disk = (path = "geo")),
    (name = "demo", disk = (path = "demo")),
    # Nothing is called from here: an empty list closes what would be open by default. Where something is forwarded,
    # forward.capnp serves the same Worker with the network open.
    (name = "internet", network = (allow = []))
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "graupel")],
  v8Flags = .v8Flags
);

# What a request leaves behind is collected two megabytes at a time. V8 itself takes sixteen, and then all requests wait for
# ten or twenty milliseconds: `npm run bench:decide -- --only served` shows it.
const v8Flags :List(Text) = ["--max-semi-space-size=2"];

const worker :Workerd.Worker = (
  compatibilityDate = "2026-10-01",
  modules = [(name = "index.js", esModule = embed "index.js")],
  durableObjectNamespaces = [
    (className = "Pod", uniqueKey = "graupel-pod", enableSql = true),
    (className = "Hail", uniqueKey = "graupel-hail", enableSql = true),
    (className = "Whale", uniqueKey = "graupel-whale", enableSql = true)
  ],
  durableObjectStorage = (localDisk = "data"),
  globalOutbound = "internet",
  bindings = [
    (name = "POD", durableObjectNamespace = "Pod"),
    (name = "HAIL", durableObjectNamespace = "Hail"),
    (name = "WHALE", durableObjectNamespace = "Whale"),
    (name = "GEO", service = "geo"),
    (name = "DEMO", service = "demo"),
    (name = "GRAUPEL_MASTER", fromEnvironment = "GRAUPEL_MASTER"),
    (name = "GRAUPEL_ADMIN", fromEnvironment = "GRAUPEL_ADMIN"),
    (name = "GRAUPEL_URL", fromEnvironment = "GRAUPEL_URL"),
    (name = "GRAUPEL_PROXY", fromEnvironment = "GRAUPEL_PROXY"),
    (name = "GRAUPEL_GEO_FILE", fromEnvironment = "GRAUPEL_GEO_FILE"),
    (name = "GRAUPEL_DEMO", fromEnvironment = "GRAUPEL_DEMO"),
    (name = "GRAUPEL_FORWARD", fromEnvironment = "GRAUPEL_FORWARD")
  ]
);
