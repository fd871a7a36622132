# The same Worker, with the network open: for `graupel start --forward`, and nothing else. Which addresses it calls is the
# operator's list alone.
using Workerd = import "/workerd/workerd.capnp";
using Graupel = import "workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "graupel", worker = Graupel.worker),
    (name = "data", disk = (path = "data", writable = true)),
    (name = "geo", disk = (path = "geo")),
    (name = "demo", disk = (path = "demo")),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "graupel")],
  v8Flags = Graupel.v8Flags
);
