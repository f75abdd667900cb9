export { analysisDto, AnalysisDto } from './dto/analysis.dto.js';
export { AnalysesService } from './analyses.service.js';
export { AnalysisModule } from './analysis.module.js';
export { EndpointAnalysis, type MetricDefinition } from './endpoint-analysis.entity.js';
