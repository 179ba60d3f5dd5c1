// Written by `npm run db:types` from the database: do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      optimizations: {
        Row: {
          cancel_requested_at: string | null
          created_at: string
          error: Json | null
          finished_at: string | null
          idempotency_key: string | null
          input_hash: string
          job_description: string | null
          last_event_id: number
          optimization_id: string
          partial: NonNullable<Json>
          progress: NonNullable<Json>
          reopened_at: string | null
          result: Json | null
          resume_id: string
          score: Json | null
          started_at: string | null
          status: string
          user_id: string
          version_id: string
          wait_started_at: string | null
          waited_ms: number
        }
        ComputedFields: never
        Insert: {
          cancel_requested_at?: string | null
          created_at?: string
          error?: Json | null
          finished_at?: string | null
          idempotency_key?: string | null
          input_hash: string
          job_description?: string | null
          last_event_id?: number
          optimization_id?: string
          partial?: NonNullable<Json>
          progress?: NonNullable<Json>
          reopened_at?: string | null
          result?: Json | null
          resume_id: string
          score?: Json | null
          started_at?: string | null
          status?: string
          user_id: string
          version_id: string
          wait_started_at?: string | null
          waited_ms?: number
        }
        Update: {
          cancel_requested_at?: string | null
          created_at?: string
          error?: Json | null
          finished_at?: string | null
          idempotency_key?: string | null
          input_hash?: string
          job_description?: string | null
          last_event_id?: number
          optimization_id?: string
          partial?: NonNullable<Json>
          progress?: NonNullable<Json>
          reopened_at?: string | null
          result?: Json | null
          resume_id?: string
          score?: Json | null
          started_at?: string | null
          status?: string
          user_id?: string
          version_id?: string
          wait_started_at?: string | null
          waited_ms?: number
        }
        Relationships: [
          {
            foreignKeyName: 'optimizations_resume_id_fkey'
            columns: ['resume_id']
            isOneToOne: false
            referencedRelation: 'resumes'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'optimizations_version_id_fkey'
            columns: ['version_id']
            isOneToOne: false
            referencedRelation: 'resume_versions'
            referencedColumns: ['version_id']
          },
        ]
      }
      resume_versions: {
        Row: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        ComputedFields: never
        Insert: {
          accepted_suggestions?: number[] | null
          composed_from_version_id?: string | null
          content_text?: string | null
          created_at?: string
          delta_base_version_id?: string | null
          delta_storage_path?: string | null
          expected_sha256?: string | null
          failure_code?: string | null
          file_size: number
          full_storage_path: string
          headings?: string | null
          held_as?: string
          idempotency_key?: string | null
          kept_full_reason?: string | null
          label?: string | null
          language?: string | null
          mime_type: string
          notices?: NonNullable<Json>
          object_version?: string | null
          optimization_id?: string | null
          original_filename: string
          parent_version_id?: string | null
          pinned?: boolean
          ready_at?: string | null
          reported_failure?: string | null
          resume_id: string
          sha256?: string | null
          source?: string
          state?: string
          stored_bytes?: number | null
          upload_expires_at?: string | null
          uploaded_at?: string | null
          version_id?: string
          version_number: number
        }
        Update: {
          accepted_suggestions?: number[] | null
          composed_from_version_id?: string | null
          content_text?: string | null
          created_at?: string
          delta_base_version_id?: string | null
          delta_storage_path?: string | null
          expected_sha256?: string | null
          failure_code?: string | null
          file_size?: number
          full_storage_path?: string
          headings?: string | null
          held_as?: string
          idempotency_key?: string | null
          kept_full_reason?: string | null
          label?: string | null
          language?: string | null
          mime_type?: string
          notices?: NonNullable<Json>
          object_version?: string | null
          optimization_id?: string | null
          original_filename?: string
          parent_version_id?: string | null
          pinned?: boolean
          ready_at?: string | null
          reported_failure?: string | null
          resume_id?: string
          sha256?: string | null
          source?: string
          state?: string
          stored_bytes?: number | null
          upload_expires_at?: string | null
          uploaded_at?: string | null
          version_id?: string
          version_number?: number
        }
        Relationships: [
          {
            foreignKeyName: 'resume_versions_composed_from_version_id_fkey'
            columns: ['composed_from_version_id']
            isOneToOne: false
            referencedRelation: 'resume_versions'
            referencedColumns: ['version_id']
          },
          {
            foreignKeyName: 'resume_versions_delta_base_version_id_fkey'
            columns: ['delta_base_version_id']
            isOneToOne: false
            referencedRelation: 'resume_versions'
            referencedColumns: ['version_id']
          },
          {
            foreignKeyName: 'resume_versions_parent_version_id_fkey'
            columns: ['parent_version_id']
            isOneToOne: false
            referencedRelation: 'resume_versions'
            referencedColumns: ['version_id']
          },
          {
            foreignKeyName: 'resume_versions_resume_id_fkey'
            columns: ['resume_id']
            isOneToOne: false
            referencedRelation: 'resumes'
            referencedColumns: ['id']
          },
        ]
      }
      resumes: {
        Row: {
          content_text: string | null
          content_tsvector: unknown
          created_at: string
          current_version_id: string | null
          deleted_at: string | null
          erasure_id: string | null
          headings: string | null
          id: string
          language: string
          mime_type: string
          original_filename: string
          storage_path: string
          updated_at: string
          user_id: string
        }
        ComputedFields: never
        Insert: {
          content_text?: string | null
          content_tsvector?: unknown
          created_at?: string
          current_version_id?: string | null
          deleted_at?: string | null
          erasure_id?: string | null
          headings?: string | null
          id?: string
          language?: string
          mime_type: string
          original_filename: string
          storage_path?: never
          updated_at?: string
          user_id: string
        }
        Update: {
          content_text?: string | null
          content_tsvector?: unknown
          created_at?: string
          current_version_id?: string | null
          deleted_at?: string | null
          erasure_id?: string | null
          headings?: string | null
          id?: string
          language?: string
          mime_type?: string
          original_filename?: string
          storage_path?: never
          updated_at?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'resumes_current_version_id_fkey'
            columns: ['current_version_id']
            isOneToOne: false
            referencedRelation: 'resume_versions'
            referencedColumns: ['version_id']
          },
        ]
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      accept_suggestions: {
        Args: { optimization_id: string; suggestions: number[] }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      begin_resume_upload: {
        Args: {
          file_size: number
          filename: string
          idempotency_key?: string
          mime_type: string
          resume_id?: string
          sha256?: string
        }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      cancel_optimization: {
        Args: { optimization_id: string }
        Returns: {
          cancel_requested_at: string | null
          created_at: string
          error: Json | null
          finished_at: string | null
          idempotency_key: string | null
          input_hash: string
          job_description: string | null
          last_event_id: number
          optimization_id: string
          partial: NonNullable<Json>
          progress: NonNullable<Json>
          reopened_at: string | null
          result: Json | null
          resume_id: string
          score: Json | null
          started_at: string | null
          status: string
          user_id: string
          version_id: string
          wait_started_at: string | null
          waited_ms: number
        }
        SetofOptions: {
          from: '*'
          to: 'optimizations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      complete_resume_upload: {
        Args: { sha256?: string; version_id: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      delete_resume: {
        Args: { resume_id: string }
        Returns: {
          content_text: string | null
          content_tsvector: unknown
          created_at: string
          current_version_id: string | null
          deleted_at: string | null
          erasure_id: string | null
          headings: string | null
          id: string
          language: string
          mime_type: string
          original_filename: string
          storage_path: string
          updated_at: string
          user_id: string
        }
        SetofOptions: {
          from: '*'
          to: 'resumes'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      erase_my_data: {
        Args: Record<PropertyKey, never>
        Returns: Database['public']['CompositeTypes']['erasure_receipt']
        SetofOptions: {
          from: '*'
          to: 'erasure_receipt'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      force_rollout_stage: { Args: { p_by: string; p_stage: number; p_why: string }; Returns: Json }
      get_erasure_receipt: {
        Args: { receipt_id: string }
        Returns: Database['public']['CompositeTypes']['erasure_receipt']
        SetofOptions: {
          from: '*'
          to: 'erasure_receipt'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_claim_jobs: {
        Args: {
          p_kinds: string[]
          p_lease_seconds?: number
          p_limit?: number
          p_subject_id?: string
          p_worker_id: string
        }
        Returns: {
          attempts: number
          job_id: number
          kind: string
          lease_token: string
          leased_until: string
          max_attempts: number
          owner_id: string
          payload: Json
          request_id: string
          subject_id: string
        }[]
      }
      internal_claim_legacy_files: {
        Args: {
          p_file_id?: string
          p_lease_seconds: number
          p_lease_token: string
          p_limit: number
          p_user_id?: string
          p_worker_id: string
        }
        Returns: Json
      }
      internal_complete_erasure: {
        Args: { p_job_id: number; p_lease_token: string; p_removed: number }
        Returns: string
      }
      internal_complete_ingest: {
        Args: {
          p_content_text: string
          p_file_size: number
          p_headings: string
          p_job_id: number
          p_language: string
          p_lease_token: string
          p_notices?: Json
          p_sha256: string
          p_storage_calls?: Json
        }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_complete_job: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: undefined
      }
      internal_complete_jobs: {
        Args: { p_job_ids: number[]; p_lease_tokens: string[] }
        Returns: number[]
      }
      internal_complete_object_removal: {
        Args: { p_job_id: number; p_lease_token: string; p_object_names: string[] }
        Returns: boolean
      }
      internal_complete_optimization: {
        Args: {
          p_after_event_id?: number
          p_events?: Json
          p_job_id: number
          p_lease_token: string
          p_result?: Json
          p_status: string
        }
        Returns: {
          cancel_requested_at: string | null
          created_at: string
          error: Json | null
          finished_at: string | null
          idempotency_key: string | null
          input_hash: string
          job_description: string | null
          last_event_id: number
          optimization_id: string
          partial: NonNullable<Json>
          progress: NonNullable<Json>
          reopened_at: string | null
          result: Json | null
          resume_id: string
          score: Json | null
          started_at: string | null
          status: string
          user_id: string
          version_id: string
          wait_started_at: string | null
          waited_ms: number
        }
        SetofOptions: {
          from: '*'
          to: 'optimizations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_composition_source: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: Json
      }
      internal_erasure_objects: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: {
          bucket_id: string
          object_name: string
        }[]
      }
      internal_extend_job: {
        Args: { p_job_id: number; p_lease_seconds?: number; p_lease_token: string }
        Returns: string
      }
      internal_extend_jobs: {
        Args: { p_job_ids: number[]; p_lease_seconds?: number; p_lease_tokens: string[] }
        Returns: number[]
      }
      internal_extend_legacy_files: {
        Args: { p_lease_seconds: number; p_lease_token: string }
        Returns: number[]
      }
      internal_fail_job: {
        Args: {
          p_delay_seconds?: number
          p_error: Json
          p_job_id: number
          p_lease_token: string
          p_retryable: boolean
        }
        Returns: string
      }
      internal_fail_legacy_file: {
        Args: {
          p_code: string
          p_delay_seconds?: number
          p_id: number
          p_lease_token: string
          p_retryable: boolean
        }
        Returns: string
      }
      internal_finish_legacy_files: {
        Args: { p_files: Json; p_lease_token: string }
        Returns: Json
      }
      internal_health: { Args: Record<PropertyKey, never>; Returns: Json }
      internal_ingest_source: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_keep_house: { Args: { p_storage_calls?: Json }; Returns: Json }
      internal_keep_legacy_upload: {
        Args: { p_id: number; p_lease_token: string; p_upload_id: string }
        Returns: undefined
      }
      internal_list_legacy_files: {
        Args: {
          p_after?: number
          p_file_id?: string
          p_limit?: number
          p_rollout_id?: number
          p_stage?: number
          p_states?: string[]
          p_user_id?: string
        }
        Returns: Json
      }
      internal_metrics: { Args: Record<PropertyKey, never>; Returns: Json }
      internal_migration_status: { Args: Record<PropertyKey, never>; Returns: Json }
      internal_optimization_source: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_plan_legacy_files: { Args: { p_again?: boolean; p_files: Json }; Returns: Json }
      internal_record_composition: {
        Args: {
          p_file_size: number
          p_job_id: number
          p_lease_token: string
          p_notices?: Json
          p_sha256: string
        }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_record_legacy_purge: { Args: { p_ids: number[] }; Returns: number[] }
      internal_record_legacy_upload: {
        Args: { p_file_size: number; p_id: number; p_lease_token: string; p_sha256: string }
        Returns: string
      }
      internal_record_legacy_verified: {
        Args: { p_id: number; p_lease_token: string }
        Returns: Json
      }
      internal_record_no_gain: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: undefined
      }
      internal_record_storage: {
        Args: {
          p_base_version_id: string
          p_job_id: number
          p_lease_token: string
          p_stored_bytes: number
        }
        Returns: boolean
      }
      internal_release_job: {
        Args: { p_delay_seconds?: number; p_job_id: number; p_lease_token: string }
        Returns: undefined
      }
      internal_release_jobs: {
        Args: { p_delay_seconds?: number; p_job_ids: number[]; p_lease_tokens: string[] }
        Returns: number[]
      }
      internal_release_legacy_files: { Args: { p_lease_token: string }; Returns: number }
      internal_removable_objects: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: {
          bucket_id: string
          object_name: string
        }[]
      }
      internal_report_optimization: {
        Args: {
          p_after_event_id?: number
          p_events?: Json
          p_job_id: number
          p_lease_seconds?: number
          p_lease_token: string
          p_partial?: Json
          p_progress?: Json
        }
        Returns: boolean
      }
      internal_reserve_whole: { Args: { p_job_id: number; p_lease_token: string }; Returns: string }
      internal_rollout_stage: { Args: { p_rollout_id?: number; p_stage: number }; Returns: Json }
      internal_start_optimization: {
        Args: { p_job_id: number; p_lease_token: string }
        Returns: {
          cancel_requested_at: string | null
          created_at: string
          error: Json | null
          finished_at: string | null
          idempotency_key: string | null
          input_hash: string
          job_description: string | null
          last_event_id: number
          optimization_id: string
          partial: NonNullable<Json>
          progress: NonNullable<Json>
          reopened_at: string | null
          result: Json | null
          resume_id: string
          score: Json | null
          started_at: string | null
          status: string
          user_id: string
          version_id: string
          wait_started_at: string | null
          waited_ms: number
        }
        SetofOptions: {
          from: '*'
          to: 'optimizations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      internal_storage_source: { Args: { p_job_id: number; p_lease_token: string }; Returns: Json }
      internal_store_head: { Args: { p_file_id: string; p_user_id: string }; Returns: Json }
      internal_store_list: {
        Args: { p_after?: string; p_limit?: number; p_user_id: string }
        Returns: Json
      }
      internal_store_put: {
        Args: {
          p_base_revision: number
          p_file: Json
          p_file_id: string
          p_object_name?: string
          p_on_disk?: boolean
          p_sha256: string
          p_user_id: string
        }
        Returns: Json
      }
      internal_store_remove: {
        Args: { p_base_revision: number; p_file_id: string; p_user_id: string }
        Returns: Json
      }
      internal_swap_circuit: {
        Args: { p_circuit: Json; p_endpoint: string; p_version: number }
        Returns: Json
      }
      internal_take_endpoint: {
        Args: {
          p_candidates: string[]
          p_endpoints: string[]
          p_job_id: number
          p_lease_token: string
        }
        Returns: Json
      }
      internal_version_chain: {
        Args: { p_version_id: string }
        Returns: {
          bucket_id: string
          file_size: number
          held_as: string
          object_name: string
          place: number
          sha256: string
          version_id: string
        }[]
      }
      internal_versions_of_legacy_file: {
        Args: { p_file_id: string; p_user_id: string }
        Returns: Json
      }
      internal_wait_optimization: {
        Args: {
          p_error: Json
          p_job_id: number
          p_lease_token: string
          p_retry_seconds: number
          p_score?: Json
        }
        Returns: string
      }
      label_resume_version: {
        Args: { label?: string; version_id: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      list_deleted_resumes: {
        Args: Record<PropertyKey, never>
        Returns: {
          deleted_at: string
          gone_at: string
          original_filename: string
          resume_id: string
        }[]
      }
      list_optimization_events: {
        Args: { after_event_id?: number; optimization_id: string }
        Returns: {
          created_at: string
          data: Json
          event_id: number
          type: string
        }[]
      }
      list_resume_versions: {
        Args: { resume_id: string }
        Returns: {
          accepted_suggestions: number[]
          composed_from_version_id: string
          created_at: string
          failure_code: string
          file_size: number
          held_as: string
          is_current: boolean
          kept_full_reason: string
          label: string
          mime_type: string
          optimization_id: string
          original_filename: string
          parent_version_id: string
          pinned: boolean
          ready_at: string
          sha256: string
          source: string
          state: string
          stored_bytes: number
          version_id: string
          version_number: number
        }[]
      }
      pause_rollout: { Args: { p_by: string; p_why: string }; Returns: Json }
      pin_resume_version: {
        Args: { pinned?: boolean; version_id: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      pin_rollout_user: {
        Args: { p_by: string; p_phase: string; p_user_id: string; p_why: string }
        Returns: string
      }
      record_store_outcomes: { Args: { p_outcomes: Json }; Returns: number }
      report_upload_failure: {
        Args: { reason: string; version_id: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      request_optimization: {
        Args: {
          file_path: string
          idempotency_key?: string
          job_description?: string
          user_id?: string
        }
        Returns: {
          cancel_requested_at: string | null
          created_at: string
          error: Json | null
          finished_at: string | null
          idempotency_key: string | null
          input_hash: string
          job_description: string | null
          last_event_id: number
          optimization_id: string
          partial: NonNullable<Json>
          progress: NonNullable<Json>
          reopened_at: string | null
          result: Json | null
          resume_id: string
          score: Json | null
          started_at: string | null
          status: string
          user_id: string
          version_id: string
          wait_started_at: string | null
          waited_ms: number
        }
        SetofOptions: {
          from: '*'
          to: 'optimizations'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      restore_resume_version: {
        Args: { version_id: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      resume_rollout: { Args: { p_by: string; p_why: string }; Returns: Json }
      retention_report: {
        Args: { keep_last?: number }
        Returns: {
          bytes: number
          due_at: string
          reason: string
          resume_id: string
          version_id: string
          version_number: number
          what: string
        }[]
      }
      rollback_file_transfer: {
        Args: { p_exported?: string[]; p_file_id: string; p_user_id: string }
        Returns: number
      }
      rollout_phase: { Args: { p_user_id: string }; Returns: string }
      rollout_report: { Args: Record<PropertyKey, never>; Returns: Json }
      search_resumes: {
        Args: {
          after?: string
          all_versions?: boolean
          created_before?: string
          created_from?: string
          kind?: string
          label?: string
          page_size?: number
          query: string
          updated_before?: string
          updated_from?: string
          with_highlights?: boolean
        }
        Returns: {
          created_at: string
          current_version_id: string
          cursor: string
          highlights: Json
          id: string
          language: string
          match: string
          mime_type: string
          original_filename: string
          rank: number
          updated_at: string
          version_id: string
        }[]
      }
      start_rollout: { Args: { p_by: string; p_stages?: Json; p_why: string }; Returns: Json }
      transfer_file_metadata: {
        Args: { p_file_id: string; p_supabase_path: string; p_user_id: string }
        Returns: {
          accepted_suggestions: number[] | null
          composed_from_version_id: string | null
          content_text: string | null
          created_at: string
          delta_base_version_id: string | null
          delta_storage_path: string | null
          expected_sha256: string | null
          failure_code: string | null
          file_size: number
          full_storage_path: string
          headings: string | null
          held_as: string
          idempotency_key: string | null
          kept_full_reason: string | null
          label: string | null
          language: string | null
          mime_type: string
          notices: NonNullable<Json>
          object_version: string | null
          optimization_id: string | null
          original_filename: string
          parent_version_id: string | null
          pinned: boolean
          ready_at: string | null
          reported_failure: string | null
          resume_id: string
          sha256: string | null
          source: string
          state: string
          stored_bytes: number | null
          upload_expires_at: string | null
          uploaded_at: string | null
          version_id: string
          version_number: number
        }
        SetofOptions: {
          from: '*'
          to: 'resume_versions'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      undelete_resume: {
        Args: { resume_id: string }
        Returns: {
          content_text: string | null
          content_tsvector: unknown
          created_at: string
          current_version_id: string | null
          deleted_at: string | null
          erasure_id: string | null
          headings: string | null
          id: string
          language: string
          mime_type: string
          original_filename: string
          storage_path: string
          updated_at: string
          user_id: string
        }
        SetofOptions: {
          from: '*'
          to: 'resumes'
          isOneToOne: true
          isSetofReturn: false
        }
      }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      erasure_receipt: {
        receipt_id: string | null
        requested_at: string | null
        resumes: number | null
        objects_removed: number | null
        finished_at: string | null
      }
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema['Enums']
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
