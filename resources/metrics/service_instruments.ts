import { Counter, Histogram, type Instrument, UpDown } from "./instruments.ts";
import { type MetricFamily, requestBoundsSeconds, workBoundsSeconds } from "./metric_family.ts";

/** Something that is counted, and by how much. */
export interface Observation {
  instrument: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Counters of a process of Tandem about its own work. */
export class ServiceInstruments {
  readonly httpRequests = new Counter({
    name: "tandem_http_requests",
    help: "Requests that this process answered, by route pattern, method and class of status.",
    labels: ["route", "method", "status"],
  });
  readonly httpSeconds = new Histogram({
    name: "tandem_http_request_duration_seconds",
    help: "Seconds until this process began to answer, by route pattern and method.",
    labels: ["route", "method"],
    bounds: requestBoundsSeconds,
    maxSeries: 200,
  });
  readonly eventStreams = new UpDown({
    name: "tandem_event_streams_open",
    help: "Open event streams of this process.",
  });
  readonly automationEvaluations = new Counter({
    name: "tandem_automation_evaluations",
    help: "Evaluations of all automations by this process, by outcome: a run, nothing, overtaken or failed.",
    labels: ["outcome"],
  });
  readonly automationSeconds = new Histogram({
    name: "tandem_automation_evaluation_duration_seconds",
    help: "Seconds per evaluation of all automations by this process.",
    labels: [],
    bounds: requestBoundsSeconds,
  });
  readonly vendorCalls = new Counter({
    name: "tandem_vendor_calls",
    help:
      "Calls to the market-data vendor by this process, by kind and status; the status is `error` without a response.",
    labels: ["kind", "status"],
  });
  readonly vendorSeconds = new Histogram({
    name: "tandem_vendor_call_duration_seconds",
    help: "Seconds until the vendor began to answer this process, by kind of call.",
    labels: ["kind"],
    bounds: workBoundsSeconds,
  });

  /** Instruments whose counters and histograms hand each observation to `report`, for {@link record} in another thread. */
  static reporting(report: (observation: Observation) => void): ServiceInstruments {
    const instruments = new ServiceInstruments();
    for (const [instrument, counts] of Object.entries(instruments)) {
      const hand = (labels: Observation["labels"], value = 1) => report({ instrument, labels, value });
      if (counts instanceof Counter) counts.add = hand;
      else if (counts instanceof Histogram) counts.observe = hand;
    }
    return instruments;
  }

  /** Counts what another thread has reported. */
  record({ instrument, labels, value }: Observation): void {
    const counts: unknown = Object.entries(this).find(([name]) => name === instrument)?.[1];
    if (counts instanceof Counter) counts.add(labels, value);
    else if (counts instanceof Histogram) counts.observe(labels, value);
  }

  /** All families with their current values. */
  families(): MetricFamily[] {
    const all: Instrument[] = [
      this.httpRequests,
      this.httpSeconds,
      this.eventStreams,
      this.automationEvaluations,
      this.automationSeconds,
      this.vendorCalls,
      this.vendorSeconds,
    ];
    return all.map((instrument) => instrument.family());
  }
}
