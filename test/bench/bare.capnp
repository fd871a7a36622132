# The measure of all ratios: the least a Worker can do on this machine in this minute.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "bare", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bare")]
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-10-01",
  modules = [(name = "bare.js", esModule = "export default { fetch() { return new Response(null, { status: 204 }) } }")]
);
