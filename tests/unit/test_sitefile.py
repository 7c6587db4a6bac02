"""The site file's document <-> Site, and the fields at which problems are said."""

from wgwizard import sitefile, yamltext

FULL = """
version: 1
name: site-b
site:
  networks: [{cidr: 192.168.200.0/24, name: lan}, 192.168.201.0/24, "fd00:200::/64"]
  hosts: [{name: endpoint-b, addresses: [192.168.200.22]}]
  router: [192.168.200.1, "fd00:200::1"]
  routes: [router, dhcp, hosts]
  router_kind: linux
  router_drops_invalid: true
  cloud: none
  dns: {servers: [192.168.200.1], search: [site-b.lan]}
host:
  name: beta
  addresses: [192.168.200.2/24, "fd00:200::2"]
  interface: eth0
  default_gateway: false
  endpoint: "vpn.example.com:51822"
  ssh: admin@192.168.200.2
  keys: here
  services: [{name: dns, protocol: udp, port: 53}]
tunnel:
  interface: wg1
  networks: [10.0.0.0/24, "fd00:10::/64"]
  addresses: [10.0.0.2, "fd00:10::2"]
  port: 51822
  mtu: 1420
points:
  - name: endpoint-a
    addresses: [10.0.0.1, "fd00:10::1"]
    preshared_key: false
    behind_nat: false
    endpoint: "point.example.com:51820"
    platform: windows
    home_networks: [192.168.1.0/24]
    opens: both
    services: [{name: web, protocol: tcp, port: 8000, published_port: 8081}]
    may_reach: [{to: endpoint-b, protocol: tcp, ports: [80, 8000-8010]}, {to: host}, {to: 192.168.201.7}]
  - name: a2
needs: {opens: points, tell_points_apart: true, site_clients_seen_as_host: false}
strategy: gateway
"""


def read(text):
    document, problems = yamltext.parse(text.encode())
    assert problems == ()
    return sitefile.read(document)


def test_a_full_file_is_read_without_a_word():
    site, problems = read(FULL)
    assert problems == ()
    assert str(site.host.addresses[1]) == "fd00:200::2/64"  # the prefix came from site.networks
    assert site.points[0].may_reach[0].ports[1].last == 8010
    assert site.points[1].may_reach is None
    assert not site.host.keys_on_host


def test_writing_and_reading_again_gives_the_same_site():
    site, _ = read(FULL)
    again, problems = read(sitefile.to_yaml(site))
    assert (again, problems) == (site, ())
