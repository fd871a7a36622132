# The engine's three objects, real and on disk, behind the bench's own routes. The address and the folder are given.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  # So that the heap can be asked for what is left when garbage is gone.
  v8Flags = ["--expose-gc"],
  services = [
    (name = "bench", worker = .worker),
    (name = "data", disk = (path = "data", writable = true)),
    (name = "internet", network = (allow = []))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bench")]
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-10-01",
  modules = [(name = "bench.js", esModule = embed "bench.js")],
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
    (name = "WHALE", durableObjectNamespace = "Whale")
  ]
);
