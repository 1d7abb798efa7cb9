/** Carries out one fault; what it answers makes all well again there. */
import type { Undo } from "./machine.ts";
import type { Fault, MachineFault } from "./plan.ts";
import type { World } from "./world.ts";

const nothing: Undo = () => {};

export async function strike(world: World, fault: Fault): Promise<Undo> {
  const { daemon } = world;
  switch (fault.kind) {
    case "controller-killed":
      return await daemon.kill();
    case "controller-stopped":
      return await daemon.kill("SIGTERM");
    case "controller-frozen":
      return daemon.freeze();
    case "controller-disk-full":
      return daemon.fillDisk();
    case "controller-crash":
      await daemon.crashAt(`${fault.point}:${fault.times}`);
      return nothing;
    case "clock-jump":
      world.setClock(fault.seconds);
      return nothing;
    case "cancel":
      await daemon.call("cancel", { ids: [{ first: fault.first, last: fault.last }] });
      return nothing;
    default:
      return strikeMachine(world, fault);
  }
}

function strikeMachine(world: World, { kind, machine: id }: MachineFault): Undo | Promise<Undo> {
  const machine = world.machine(id);
  const { proxy } = machine;
  const fair = () => proxy.setWeather({ stalled: !machine.isOn });
  switch (kind) {
    case "power-loss":
      return machine.cutPower();
    case "disk-full":
      return machine.fillDisk();
    case "sshd-frozen":
      return machine.freezeSshd();
    case "sessions-killed":
      machine.killSessions();
      return nothing;
    case "supervisor-killed":
      return machine.killSupervisor(true).then(() => nothing);
    case "job-killed":
      return machine.killSupervisor(false).then(() => nothing);
    case "reset":
      proxy.reset();
      return nothing;
    case "hang-up":
      proxy.hangUp();
      return nothing;
    case "vanish":
      proxy.vanish();
      return nothing;
    case "stall":
      proxy.setWeather({ stalled: true });
      return fair;
    case "slow":
      proxy.setWeather({ bytesPerSecond: 20_000 });
      return fair;
    case "far":
      proxy.setWeather({ delayMs: 100 });
      return fair;
    case "refuse":
      proxy.refuse(true);
      proxy.reset();
      return () => proxy.refuse(false);
  }
}
