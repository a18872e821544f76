//! Knobs of whoever changes the number of instances.

use super::AppKnobs;
use crate::content::text::{Text, both};
use crate::marketplace::knobs::{Limit, Number, Share, Span, Unit, choice, knobs};

choice! {
    /// Who changes the number of instances, and by which rule.
    AutoscaleKind {
        None = "none",
        /// Kubernetes' HorizontalPodAutoscaler.
        Hpa = "hpa",
        /// EC2 Auto Scaling, target tracking policy.
        TargetTracking = "target-tracking",
        /// EC2 Auto Scaling, simple policy: a step, then a cooldown.
        Simple = "simple",
    }
}

choice! {
    /// What is compared with the target.
    AutoscaleMetric {
        /// Percent of the cores that an instance asks for, or of those that it has.
        Cpu = "cpu",
        RequestsPerInstance = "requests-per-instance",
    }
}

knobs! {
    /// The autoscaler. Paused while a deployment is under way.
    AutoscaleKnobs {
        kind: AutoscaleKind = "none", "autoscale.kind", Unit::Choice(AutoscaleKind::WORDS), 0..=0,
            "who changes the number of instances", "인스턴스 수를 바꾸는 방식",
            "ours";
        min: u32 = "1", "autoscale.min", Unit::Count, 1..=1_000,
            "fewest instances", "최소 인스턴스 수",
            "Kubernetes, HorizontalPodAutoscaler (minReplicas)";
        max: u32 = "10", "autoscale.max", Unit::Count, 1..=1_000,
            "most instances", "최대 인스턴스 수",
            "ours";
        metric: AutoscaleMetric = "cpu", "autoscale.metric", Unit::Choice(AutoscaleMetric::WORDS), 0..=0,
            "what is compared with the target", "목표와 비교하는 지표",
            "ours";
        target: Number = "60", "autoscale.target", Unit::Number, 0.001..=1_000_000,
            "cpu: percent of the cores that an instance asks for; requests-per-instance: requests a second of each", "cpu: 인스턴스의 requests 대비 CPU 사용률(%), requests-per-instance: 인스턴스당 초당 요청 수",
            "assumption: 1/0.6 times the load fits until help comes";
        sync: Span = "15s", "autoscale.sync", Unit::Duration, 1_000..=3_600_000,
            "hpa: how often it looks; the metric is the mean since it last looked", "hpa: 확인 주기. 지표는 지난번 확인 이후의 평균이다",
            "Kubernetes, horizontal-pod-autoscale (sync period)";
        tolerance: Share = "10%", "autoscale.tolerance", Unit::Share, 0..=1,
            "hpa: a ratio of metric and target that is no further from 1 changes nothing", "hpa: 지표와 목표의 비가 1에서 이만큼 안이면 바꾸지 않는다",
            "Kubernetes, horizontal-pod-autoscale (tolerance)";
        stabilization: Span = "300s", "autoscale.stabilization", Unit::Duration, 0..=3_600_000,
            "hpa: it scales in to the highest number that it wanted in this time", "hpa: 이 시간 동안 원했던 수 가운데 가장 큰 값까지만 줄인다",
            "Kubernetes, horizontal-pod-autoscale (downscale stabilization)";
        period: Span = "60s", "autoscale.period", Unit::Duration, 1_000..=3_600_000,
            "target-tracking, simple: time over which the metric is averaged into one value", "target-tracking, simple: 지표 값 하나를 평균 내는 시간",
            "Amazon EC2 Auto Scaling: 60 s with detailed monitoring, 300 s with basic";
        out_datapoints: u32 = "3", "autoscale.out-datapoints", Unit::Count, 1..=1_000,
            "target-tracking, simple: values in a row above the target before instances are added", "target-tracking, simple: 인스턴스를 늘리기 전에 연달아 목표를 넘어야 하는 값의 수",
            "assumption: three minutes of high values";
        in_datapoints: u32 = "15", "autoscale.in-datapoints", Unit::Count, 1..=1_000,
            "target-tracking, simple: values in a row below nine tenths of the target before instances are taken away", "target-tracking, simple: 인스턴스를 줄이기 전에 연달아 목표의 90% 아래로 내려가야 하는 값의 수",
            "assumption: a quarter of an hour of low values";
        warm_up: Span = "300s", "autoscale.warm-up", Unit::Duration, 0..=3_600_000,
            "target-tracking: time from its start in which an instance does not count for the CPU and nothing is taken away", "target-tracking: 시작한 인스턴스를 CPU 집계에서 빼고 축소를 막는 시간",
            "Amazon EC2 Auto Scaling: default instance warm-up is not set, then the cooldown's 300 s";
        cooldown: Span = "300s", "autoscale.cooldown", Unit::Duration, 0..=3_600_000,
            "simple: time after a step in which there is no further one", "simple: 한 번 조정한 뒤 다시 조정하지 않는 시간",
            "Amazon EC2 Auto Scaling: default cooldown, simple policies only";
        step: u32 = "1", "autoscale.step", Unit::Count, 1..=1_000,
            "simple: instances that a step adds or takes away", "simple: 한 번에 늘리거나 줄이는 인스턴스 수",
            "ours";
    }
}

impl AutoscaleKnobs {
    /// Values that fit neither each other nor the application.
    ///
    /// # Errors
    /// One sentence for the first that is found.
    pub(crate) fn check(&self, app: &AppKnobs) -> Result<(), Text> {
        if self.kind == AutoscaleKind::None {
            return Ok(());
        }
        let (least, most, instances) = (self.min, self.max, app.instances);
        if !(least..=most).contains(&instances) {
            return Err(both!(
                "app.instances is {instances}, but autoscale.min is {least} and autoscale.max {most}",
                "app.instances가 {instances}인데 autoscale.min은 {least}, autoscale.max는 {most}입니다"
            ));
        }
        let boundless = app.cpu_request.0 <= 0.0 && app.cores == Limit::Unlimited;
        if self.metric == AutoscaleMetric::Cpu && boundless {
            return Err(both!(
                "autoscale.metric is cpu, but a percentage of unlimited cores says nothing: set app.cpu-request or app.cores",
                "autoscale.metric이 cpu인데 코어가 무제한이면 사용률을 셀 수 없습니다. app.cpu-request나 app.cores를 지정하세요"
            ));
        }
        Ok(())
    }
}
